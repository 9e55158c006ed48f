"""Invented names, streets and employers of the demo data. No real person."""

# fmt: off
LAST_NAMES = (
    "Ferrand", "Da Silva", "Le Goff", "Moreau", "Benoît", "Garnier", "Lefèvre", "Rousselot", "Delmas",
    "Traoré", "Nguyen", "Fournel", "Barbier", "Marchal", "Haddad", "Picard", "Lemoine", "Guérin",
    "Sanchez", "Meunier", "Bouchet", "Prévost", "Kaya", "Renaudin", "Charpentier", "Diop", "Vasseur",
    "Coulon", "Maillard", "Pelletier", "Amrani", "Leroux", "Besson", "Tessier", "Carpentier", "Ramos",
    "Chauvet", "Payet", "Hoarau", "Cordier", "Lacombe", "Jacquet", "Sylla", "Boulanger", "Texier",
    "Monnier", "Pereira", "Grondin", "Salmon", "Aubry", "Collet", "Belkacem", "Morvan", "Lambourg",
    "Kone", "Hamel", "Rivoal", "Thévenet", "Pichon", "Ferreira", "Blondel", "Cariou", "Mercadier",
    "Ziani", "Gaudin", "Poulain",
)
WOMEN = (
    "Nadia", "Sylvie", "Aurélie", "Fatou", "Sandrine", "Christelle", "Mélanie", "Sabrina", "Laura",
    "Émilie", "Patricia", "Carole", "Leïla", "Céline", "Véronique", "Samira", "Élise", "Maryse",
    "Jessica", "Isabelle", "Aminata", "Stéphanie", "Marine", "Corinne", "Delphine", "Julie",
)
MEN = (
    "Karim", "Thierry", "Mickaël", "Ibrahim", "Stéphane", "Jérôme", "Laurent", "Yann", "Abdel",
    "Cédric", "Franck", "José", "Frédéric", "Mamadou", "David", "Sébastien", "Nicolas", "Hervé",
    "Mehdi", "Guillaume", "Bruno", "Ludovic", "Éric", "Pascal", "Samuel", "Antoine",
)
CHILDREN = (
    "Léa", "Hugo", "Inès", "Nathan", "Chloé", "Adam", "Manon", "Enzo", "Lina", "Jules", "Jade", "Yanis",
    "Emma", "Louis", "Zoé", "Rayan", "Louise", "Tom", "Sarah", "Gabriel", "Alice", "Noah", "Maëlys",
    "Théo",
)
STREETS = (
    "rue des Lilas", "avenue de la Gare", "rue Jean-Moulin", "allée des Tilleuls", "rue Victor-Hugo",
    "place de l’Église", "rue des Écoles", "boulevard de la République", "rue Pasteur",
    "impasse des Cerisiers", "rue du Stade", "avenue Jean-Jaurès", "rue de la Mairie",
    "square des Acacias", "rue Pierre-Curie", "allée du Parc", "rue des Tanneurs", "rue Marie-Curie",
    "chemin des Vignes", "rue du 8-Mai-1945",
)
# fmt: on
#: (employer, headcount, sector, INSEE post of its people). Invented firms, and public employers.
EMPLOYERS = (
    ("Transports Riverain", 64, "PRIVATE_NON_AGRICULTURAL", "6"),
    ("Nettoyage Clartéa", 180, "PRIVATE_NON_AGRICULTURAL", "6"),
    ("Atelier mécanique du Val", 23, "PRIVATE_NON_AGRICULTURAL", "6"),
    ("Logistique des Quatre Routes", 310, "PRIVATE_NON_AGRICULTURAL", "6"),
    ("Bâtiment Horizon", 41, "PRIVATE_NON_AGRICULTURAL", "6"),
    ("Supermarché La Halle verte", 75, "PRIVATE_NON_AGRICULTURAL", "5"),
    ("Aide à domicile Les Mésanges", 120, "PRIVATE_NON_AGRICULTURAL", "5"),
    ("Restauration Tablée", 55, "PRIVATE_NON_AGRICULTURAL", "5"),
    ("Centre d’appels Voxalis", 240, "PRIVATE_NON_AGRICULTURAL", "5"),
    ("Clinique des Peupliers", 160, "PRIVATE_NON_AGRICULTURAL", "5"),
    ("Sécurité Vigie", 95, "PRIVATE_NON_AGRICULTURAL", "5"),
    ("Bureau d’études Arpège", 32, "PRIVATE_NON_AGRICULTURAL", "4"),
    ("Garage du Rond-Point", 14, "PRIVATE_NON_AGRICULTURAL", "4"),
    ("Cabinet comptable Lignes", 18, "PRIVATE_NON_AGRICULTURAL", "3"),
    ("Coopérative des Vergers", 88, "AGRICULTURAL", "6"),
)
PUBLIC_EMPLOYERS = (
    ("Communauté de communes", 210, "PUBLIC", "5"),
    ("Centre hospitalier", 900, "PUBLIC", "5"),
    ("Collège public", 60, "PUBLIC", "5"),
)
PRIVATE_LANDLORDS = (
    "M. Rivoallan",
    "SCI du Moulin",
    "Mme Castaing",
    "SCI Les Remparts",
    "M. et Mme Delorme",
    "Indivision Sarrazin",
)
#: What the référent wrote, by life event: neutral words, nothing medical (DOMAIN §14).
NOTES = {
    "INCOME_DROP": "Heures réduites depuis plusieurs mois ; reprise à temps plein demandée à l’employeur.",
    "JOB_LOSS": "Inscription à France Travail faite, indemnisation ouverte. Recherche active d’emploi.",
    "CONTRACT_END": "Fin de mission non renouvelée ; une agence propose un contrat pour le mois prochain.",
    "SICK_LEAVE": "Arrêt prolongé : les indemnités journalières arrivent avec retard.",
    "INVALIDITY": "Pension demandée, décision attendue ; budget à revoir à la notification.",
    "SEPARATION": "Séparation récente : le bail est passé à son seul nom, l’APL est à recalculer.",
    "DEATH": "Revenus divisés depuis le décès du conjoint ; pension de réversion demandée.",
    "BIRTH": "Congé parental : les ressources remontent à la reprise du travail.",
    "CHARGES_RISE": "La régularisation de chauffage a déséquilibré un budget jusque-là tenu.",
    "OVER_INDEBTEDNESS": "Dossier déposé à la Banque de France, recevable ; les crédits sont suspendus.",
    "OTHER": "Difficulté passagère, ménage présent à tous les rendez-vous.",
}
