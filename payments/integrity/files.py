"""Files against the rows that tell of them: what the bank was given and gave, the accounts, the protocols."""

import hashlib
from collections.abc import Iterator

from ales import tenancy
from ales.documents.models import StoredDocument
from payments.integrity.check import Check
from payments.models import AccountingPeriod, BankStatement, PaymentBatch
from payments.rules import sepa
from payments.rules.iso20022 import UnsafeXmlError

#: What the household and its référent sign, as issued and as it came back.
PROTOCOLS = ("protocol", "signed_protocol")
#: Rows held in memory at once.
CHUNK = 200


def _bytes(document: StoredDocument) -> tuple[bytes, str]:
    """What the disk holds, and what is wrong with it; "" when its SHA-256 is the document's."""
    try:
        with document.file.open("rb") as file:
            content = file.read()
    except OSError as error:
        return b"", f"fichier illisible ({type(error).__name__})"
    changed = hashlib.sha256(content).hexdigest() != document.sha256
    return content, "le contenu du fichier a changé" if changed else ""


def _batch_files() -> Iterator[str]:
    made = PaymentBatch.objects.filter(file_job__document__isnull=False).select_related("file_job__document")
    for batch in made.order_by("pk").iterator(CHUNK):
        content, fault = _bytes(batch.file_job.document)
        fault = fault or _transfers_fault(batch, content)
        if fault:
            yield f"bordereau {batch.number} : {fault}"


def _transfers_fault(batch: PaymentBatch, content: bytes) -> str:
    if batch.file_job.document.sha256 != batch.frozen["sha256"]:
        return "son fichier n’est pas celui qui fut préparé"
    try:
        number, total = sepa.read_totals(content)
    except UnsafeXmlError:
        return "son fichier n’est pas un fichier de virements"
    if (number, total) == (batch.orders_count, batch.control_sum):
        return ""
    told = f"{batch.orders_count} ordres pour {batch.control_sum}"
    return f"{told}, son fichier {number} virements pour {total}"


def _kept_files() -> Iterator[str]:
    statements = BankStatement.objects.select_related("document").order_by("pk")
    for statement in statements.iterator(CHUNK):
        _content, fault = _bytes(statement.document)
        if not fault and statement.document.sha256 != statement.sha256:
            fault = "son fichier n’est pas celui qui fut importé"
        if fault:
            yield f"relevé {statement.public_id} : {fault}"
    closed = AccountingPeriod.objects.filter(job__document__isnull=False).select_related("job__document")
    for period in closed.order_by("pk").iterator(CHUNK):
        _content, fault = _bytes(period.job.document)
        if fault:
            yield f"export comptable du {period.starts_on} au {period.ends_on} : {fault}"


def _protocols() -> Iterator[str]:
    # The association reads no social file: the queue's capacity sees documents, and no case.
    with tenancy.tenant(tenancy.WORKER):
        for document in StoredDocument.objects.filter(kind__in=PROTOCOLS).order_by("pk").iterator(CHUNK):
            _content, fault = _bytes(document)
            if fault:
                yield f"protocole {document.public_id} : {fault}"


#: What was prepared for the bank, against its orders: no file is read.
ROWS: tuple[Check, ...] = (
    Check(
        "batch_contents",
        "Les virements préparés d’un bordereau sont ses ordres : référence, montant et compte.",
        """
        SELECT format('bordereau BV-%s-%s, %s : %s vers …%s, ordre %s vers …%s', batch.year,
            lpad(batch.sequence::text, 6, '0'), transfer.reference, transfer.told,
            right(transfer.told_iban, 4), transfer.amount, right(transfer.iban, 4))
        FROM payments_paymentbatch AS batch
        CROSS JOIN LATERAL (
            SELECT COALESCE(told ->> 'end_to_end_id', payment.end_to_end_id) AS reference,
                (told ->> 'amount')::numeric AS told, told ->> 'iban' AS told_iban,
                payment.amount, payment.iban
            FROM jsonb_array_elements(batch.frozen -> 'orders') AS told
            FULL JOIN (SELECT * FROM payments_paymentorder WHERE batch_id = batch.id) AS payment
                ON payment.end_to_end_id = told ->> 'end_to_end_id'
        ) AS transfer
        WHERE batch.state <> 'cancelled'
            AND (transfer.told, transfer.told_iban) IS DISTINCT FROM (transfer.amount, transfer.iban)
        UNION ALL
        SELECT format('bordereau BV-%s-%s : %s virements préparés pour %s ordres', year,
            lpad(sequence::text, 6, '0'), jsonb_array_length(frozen -> 'orders'), orders_count)
        FROM payments_paymentbatch WHERE jsonb_array_length(frozen -> 'orders') <> orders_count
        """,
    ),
)
CHECKS: tuple[Check, ...] = (
    Check(
        "batch_files",
        "Le fichier d’un bordereau est celui qui fut préparé, avec son nombre et son total.",
        walk=_batch_files,
    ),
    Check(
        "kept_files",
        "Les relevés de la banque et les exports comptables sont gardés octet pour octet.",
        walk=_kept_files,
    ),
    Check(
        "protocol_files",
        "Les protocoles sont gardés tels qu’ils ont été édités et signés.",
        walk=_protocols,
    ),
)
