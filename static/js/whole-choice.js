// A list too narrow for its choices says the chosen one in full underneath (see .whole-choice in css/aids.css).

function say(select) {
  let line = select.nextElementSibling;
  if (!line?.classList.contains("whole-choice")) {
    line = document.createElement("p");
    line.className = "whole-choice";
    line.setAttribute("aria-hidden", "true"); // a screen reader reads the whole choice in the list itself
    select.after(line);
  }
  line.textContent = select.value ? select.selectedOptions[0].text : "";
}

document.querySelectorAll("select[data-whole-choice]").forEach(say);
document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-whole-choice]")) say(event.target);
});
