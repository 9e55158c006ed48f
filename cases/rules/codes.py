"""Closed lists of a case, with their French labels (DOMAIN §4, §5, §11). Pure: no Django.

The values are stored: never rename one. Models build their choices with `choices(EnumClass)`.
"""

from enum import StrEnum


class ResourceCode(StrEnum):
    SALARY = "SALARY"
    UNEMPLOYMENT = "UNEMPLOYMENT"
    DAILY_ALLOWANCES = "DAILY_ALLOWANCES"
    TRAINING = "TRAINING"
    PENSION = "PENSION"
    AAH = "AAH"
    INVALIDITY_PENSION = "INVALIDITY_PENSION"
    MAINTENANCE_RECEIVED = "MAINTENANCE_RECEIVED"
    COMPENSATORY_ALLOWANCE = "COMPENSATORY_ALLOWANCE"
    RSA = "RSA"
    ACTIVITY_BONUS = "ACTIVITY_BONUS"
    FAMILY_ALLOWANCES = "FAMILY_ALLOWANCES"
    ASF = "ASF"
    PAJE = "PAJE"
    AEEH = "AEEH"
    ASPA = "ASPA"
    OTHER = "OTHER"


class ChargeCode(StrEnum):
    RENT = "RENT"
    ANNEXES = "ANNEXES"
    SERVICE_CHARGES = "SERVICE_CHARGES"
    ENERGY = "ENERGY"
    WATER = "WATER"
    HOME_INSURANCE = "HOME_INSURANCE"
    HEALTH_INSURANCE = "HEALTH_INSURANCE"
    TAXES = "TAXES"
    TRANSPORT = "TRANSPORT"
    CHILDCARE = "CHILDCARE"
    MAINTENANCE_PAID = "MAINTENANCE_PAID"
    TELECOM = "TELECOM"
    LODGING = "LODGING"
    THIRD_PARTY_COVERAGE = "THIRD_PARTY_COVERAGE"
    CREDIT_INSTALMENT = "CREDIT_INSTALMENT"
    REPAYMENT_PLAN = "REPAYMENT_PLAN"
    OTHER = "OTHER"


# Read from the tenancy's current lines, never typed a second time in the budget (DOMAIN §5).
TENANCY_CHARGES = frozenset({ChargeCode.RENT, ChargeCode.ANNEXES, ChargeCode.SERVICE_CHARGES})
INSTALMENT_CHARGES = frozenset({ChargeCode.CREDIT_INSTALMENT, ChargeCode.REPAYMENT_PLAN})


class SnapshotMoment(StrEnum):
    BEFORE = "BEFORE"
    DURING = "DURING"
    AFTER = "AFTER"


class LifeEvent(StrEnum):
    """Neutral codes: no diagnosis, ever (DOMAIN §14)."""

    INCOME_DROP = "INCOME_DROP"
    JOB_LOSS = "JOB_LOSS"
    CONTRACT_END = "CONTRACT_END"
    SICK_LEAVE = "SICK_LEAVE"
    INVALIDITY = "INVALIDITY"
    SEPARATION = "SEPARATION"
    DEATH = "DEATH"
    BIRTH = "BIRTH"
    VIOLENCE = "VIOLENCE"
    DISASTER = "DISASTER"
    CHARGES_RISE = "CHARGES_RISE"
    OVER_INDEBTEDNESS = "OVER_INDEBTEDNESS"
    OTHER = "OTHER"


class EntitlementCode(StrEnum):
    HOUSING_BENEFIT = "HOUSING_BENEFIT"
    FSL_MAINTIEN = "FSL_MAINTIEN"
    FSL_ACCES = "FSL_ACCES"
    RSA = "RSA"
    ACTIVITY_BONUS = "ACTIVITY_BONUS"
    FAMILY_BENEFITS = "FAMILY_BENEFITS"
    ASF = "ASF"
    AAH = "AAH"
    ARE = "ARE"
    DAILY_ALLOWANCES = "DAILY_ALLOWANCES"
    PENSION = "PENSION"
    CSS = "CSS"
    ENERGY_VOUCHER = "ENERGY_VOUCHER"
    CCAS_AID = "CCAS_AID"
    PENSION_FUND_AID = "PENSION_FUND_AID"
    OVER_INDEBTEDNESS_FILE = "OVER_INDEBTEDNESS_FILE"
    LOCA_PASS = "LOCA_PASS"
    OTHER = "OTHER"


class EntitlementState(StrEnum):
    ACTIVATED = "ACTIVATED"
    REQUESTED = "REQUESTED"
    REFUSED = "REFUSED"
    NOT_ELIGIBLE = "NOT_ELIGIBLE"
    NOT_APPLICABLE = "NOT_APPLICABLE"


class Occupancy(StrEnum):
    TENANT = "TENANT"
    OWNER = "OWNER"
    HOME_BUYER = "HOME_BUYER"
    WITHOUT_TITLE = "WITHOUT_TITLE"
    LODGED = "LODGED"
    HOMELESS = "HOMELESS"


class OccupationalCategory(StrEnum):
    """The 8 posts of INSEE's level 1; the value is INSEE's own number."""

    FARMERS = "1"
    CRAFTSPEOPLE = "2"
    EXECUTIVES = "3"
    INTERMEDIATE = "4"
    CLERICAL = "5"
    WORKERS = "6"
    RETIRED = "7"
    INACTIVE = "8"


class EmploymentStatus(StrEnum):
    PERMANENT = "PERMANENT"
    FIXED_TERM = "FIXED_TERM"
    AGENCY = "AGENCY"
    UNEMPLOYED_COMPENSATED = "UNEMPLOYED_COMPENSATED"
    UNEMPLOYED_UNCOMPENSATED = "UNEMPLOYED_UNCOMPENSATED"
    ON_LEAVE = "ON_LEAVE"
    RETIRED = "RETIRED"
    EARLY_RETIRED = "EARLY_RETIRED"
    INACTIVE = "INACTIVE"
    SELF_EMPLOYED = "SELF_EMPLOYED"


EMPLOYED_STATUSES = frozenset(
    {
        EmploymentStatus.PERMANENT,
        EmploymentStatus.FIXED_TERM,
        EmploymentStatus.AGENCY,
        EmploymentStatus.ON_LEAVE,
    }
)
UNEMPLOYED_STATUSES = frozenset(
    {EmploymentStatus.UNEMPLOYED_COMPENSATED, EmploymentStatus.UNEMPLOYED_UNCOMPENSATED}
)


class EmploymentSector(StrEnum):
    PRIVATE_NON_AGRICULTURAL = "PRIVATE_NON_AGRICULTURAL"
    AGRICULTURAL = "AGRICULTURAL"
    PUBLIC = "PUBLIC"
    OTHER = "OTHER"


class ContributionSubject(StrEnum):
    """Whether the employer owes the employers' housing contribution (PEEC)."""

    YES = "YES"
    NO = "NO"
    UNKNOWN = "UNKNOWN"


class ContractType(StrEnum):
    PERMANENT = "PERMANENT"
    FIXED_TERM = "FIXED_TERM"
    AGENCY = "AGENCY"
    APPRENTICESHIP = "APPRENTICESHIP"
    SEASONAL = "SEASONAL"
    OTHER = "OTHER"


class FamilyCategory(StrEnum):
    SINGLE = "SINGLE"
    SINGLE_PARENT = "SINGLE_PARENT"
    COUPLE = "COUPLE"
    COUPLE_WITH_CHILDREN = "COUPLE_WITH_CHILDREN"


class LeaseState(StrEnum):
    """None of them blocks an aid request (DOMAIN §4)."""

    CURRENT = "CURRENT"
    NOTICE_GIVEN = "NOTICE_GIVEN"
    PAYMENT_DEMAND = "PAYMENT_DEMAND"
    SUMMONED = "SUMMONED"
    TERMINATED = "TERMINATED"
    EVICTION_PROCEDURE = "EVICTION_PROCEDURE"
    SOCIAL_COHESION_PROTOCOL = "SOCIAL_COHESION_PROTOCOL"
    BANQUE_DE_FRANCE_PLAN = "BANQUE_DE_FRANCE_PLAN"
    LEFT = "LEFT"


LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    ResourceCode: {
        ResourceCode.SALARY: "Salaire",
        ResourceCode.UNEMPLOYMENT: "Allocation chômage",
        ResourceCode.DAILY_ALLOWANCES: "Indemnités journalières",
        ResourceCode.TRAINING: "Stage ou bourse",
        ResourceCode.PENSION: "Retraite",
        ResourceCode.AAH: "Allocation aux adultes handicapés (AAH)",
        ResourceCode.INVALIDITY_PENSION: "Pension d’invalidité",
        ResourceCode.MAINTENANCE_RECEIVED: "Pension alimentaire reçue",
        ResourceCode.COMPENSATORY_ALLOWANCE: "Prestation compensatoire",
        ResourceCode.RSA: "RSA",
        ResourceCode.ACTIVITY_BONUS: "Prime d’activité",
        ResourceCode.FAMILY_ALLOWANCES: "Allocations familiales",
        ResourceCode.ASF: "Allocation de soutien familial (ASF)",
        ResourceCode.PAJE: "Prestation d’accueil du jeune enfant (PAJE)",
        ResourceCode.AEEH: "Allocation d’éducation de l’enfant handicapé (AEEH)",
        ResourceCode.ASPA: "Allocation de solidarité aux personnes âgées (ASPA)",
        ResourceCode.OTHER: "Autre ressource",
    },
    ChargeCode: {
        ChargeCode.RENT: "Loyer",
        ChargeCode.ANNEXES: "Annexes (garage, cave…)",
        ChargeCode.SERVICE_CHARGES: "Charges locatives",
        ChargeCode.ENERGY: "Énergie",
        ChargeCode.WATER: "Eau",
        ChargeCode.HOME_INSURANCE: "Assurance habitation",
        ChargeCode.HEALTH_INSURANCE: "Mutuelle",
        ChargeCode.TAXES: "Impôts",
        ChargeCode.TRANSPORT: "Transport",
        ChargeCode.CHILDCARE: "Garde d’enfants, cantine",
        ChargeCode.MAINTENANCE_PAID: "Pension alimentaire versée",
        ChargeCode.TELECOM: "Téléphone, internet",
        ChargeCode.LODGING: "Hôtel ou hébergement",
        ChargeCode.THIRD_PARTY_COVERAGE: "Prise en charge par un tiers (à déduire)",
        ChargeCode.CREDIT_INSTALMENT: "Mensualité de crédit",
        ChargeCode.REPAYMENT_PLAN: "Plan d’apurement",
        ChargeCode.OTHER: "Autre charge",
    },
    SnapshotMoment: {
        SnapshotMoment.BEFORE: "Avant la difficulté",
        SnapshotMoment.DURING: "Pendant la difficulté",
        SnapshotMoment.AFTER: "Après la difficulté",
    },
    LifeEvent: {
        LifeEvent.INCOME_DROP: "Baisse de ressources",
        LifeEvent.JOB_LOSS: "Perte d’emploi",
        LifeEvent.CONTRACT_END: "Fin de contrat",
        LifeEvent.SICK_LEAVE: "Arrêt de travail",
        LifeEvent.INVALIDITY: "Invalidité",
        LifeEvent.SEPARATION: "Séparation",
        LifeEvent.DEATH: "Décès",
        LifeEvent.BIRTH: "Naissance",
        LifeEvent.VIOLENCE: "Violences",
        LifeEvent.DISASTER: "Sinistre",
        LifeEvent.CHARGES_RISE: "Hausse des charges",
        LifeEvent.OVER_INDEBTEDNESS: "Surendettement",
        LifeEvent.OTHER: "Autre événement",
    },
    EntitlementCode: {
        EntitlementCode.HOUSING_BENEFIT: "APL, ALF ou ALS",
        EntitlementCode.FSL_MAINTIEN: "FSL maintien",
        EntitlementCode.FSL_ACCES: "FSL accès",
        EntitlementCode.RSA: "RSA",
        EntitlementCode.ACTIVITY_BONUS: "Prime d’activité",
        EntitlementCode.FAMILY_BENEFITS: "Prestations familiales",
        EntitlementCode.ASF: "Allocation de soutien familial (ASF)",
        EntitlementCode.AAH: "Allocation aux adultes handicapés (AAH)",
        EntitlementCode.ARE: "Allocation chômage (ARE)",
        EntitlementCode.DAILY_ALLOWANCES: "Indemnités journalières",
        EntitlementCode.PENSION: "Pension ou retraite",
        EntitlementCode.CSS: "Complémentaire santé solidaire",
        EntitlementCode.ENERGY_VOUCHER: "Chèque énergie",
        EntitlementCode.CCAS_AID: "Aide du CCAS",
        EntitlementCode.PENSION_FUND_AID: "Secours de la caisse de retraite ou de la CARSAT",
        EntitlementCode.OVER_INDEBTEDNESS_FILE: "Dossier de surendettement",
        EntitlementCode.LOCA_PASS: "Loca-Pass",
        EntitlementCode.OTHER: "Autre droit",
    },
    EntitlementState: {
        EntitlementState.ACTIVATED: "Ouvert",
        EntitlementState.REQUESTED: "Demandé",
        EntitlementState.REFUSED: "Refusé",
        EntitlementState.NOT_ELIGIBLE: "Non éligible",
        EntitlementState.NOT_APPLICABLE: "Sans objet",
    },
    Occupancy: {
        Occupancy.TENANT: "Locataire",
        Occupancy.OWNER: "Propriétaire",
        Occupancy.HOME_BUYER: "Accédant à la propriété",
        Occupancy.WITHOUT_TITLE: "Occupant sans titre",
        Occupancy.LODGED: "Hébergé",
        Occupancy.HOMELESS: "Sans logement",
    },
    OccupationalCategory: {
        OccupationalCategory.FARMERS: "Agriculteurs exploitants",
        OccupationalCategory.CRAFTSPEOPLE: "Artisans, commerçants et chefs d’entreprise",
        OccupationalCategory.EXECUTIVES: "Cadres et professions intellectuelles supérieures",
        OccupationalCategory.INTERMEDIATE: "Professions intermédiaires",
        OccupationalCategory.CLERICAL: "Employés",
        OccupationalCategory.WORKERS: "Ouvriers",
        OccupationalCategory.RETIRED: "Retraités",
        OccupationalCategory.INACTIVE: "Autres personnes sans activité professionnelle",
    },
    EmploymentStatus: {
        EmploymentStatus.PERMANENT: "CDI",
        EmploymentStatus.FIXED_TERM: "CDD",
        EmploymentStatus.AGENCY: "Intérim",
        EmploymentStatus.UNEMPLOYED_COMPENSATED: "Chômage indemnisé",
        EmploymentStatus.UNEMPLOYED_UNCOMPENSATED: "Chômage non indemnisé",
        EmploymentStatus.ON_LEAVE: "En arrêt",
        EmploymentStatus.RETIRED: "Retraite",
        EmploymentStatus.EARLY_RETIRED: "Préretraite",
        EmploymentStatus.INACTIVE: "Sans activité",
        EmploymentStatus.SELF_EMPLOYED: "Indépendant",
    },
    EmploymentSector: {
        EmploymentSector.PRIVATE_NON_AGRICULTURAL: "Privé non agricole",
        EmploymentSector.AGRICULTURAL: "Agricole",
        EmploymentSector.PUBLIC: "Public",
        EmploymentSector.OTHER: "Autre",
    },
    ContributionSubject: {
        ContributionSubject.YES: "Oui",
        ContributionSubject.NO: "Non",
        ContributionSubject.UNKNOWN: "Ne sait pas",
    },
    ContractType: {
        ContractType.PERMANENT: "CDI",
        ContractType.FIXED_TERM: "CDD",
        ContractType.AGENCY: "Intérim",
        ContractType.APPRENTICESHIP: "Apprentissage ou alternance",
        ContractType.SEASONAL: "Saisonnier",
        ContractType.OTHER: "Autre contrat",
    },
    FamilyCategory: {
        FamilyCategory.SINGLE: "Isolé",
        FamilyCategory.SINGLE_PARENT: "Monoparental",
        FamilyCategory.COUPLE: "Couple sans enfant",
        FamilyCategory.COUPLE_WITH_CHILDREN: "Couple avec enfant(s)",
    },
    LeaseState: {
        LeaseState.CURRENT: "Bail en cours",
        LeaseState.NOTICE_GIVEN: "Congé donné",
        LeaseState.PAYMENT_DEMAND: "Commandement de payer",
        LeaseState.SUMMONED: "Assignation",
        LeaseState.TERMINATED: "Bail résilié",
        LeaseState.EVICTION_PROCEDURE: "Procédure d’expulsion",
        LeaseState.SOCIAL_COHESION_PROTOCOL: "Protocole de cohésion sociale",
        LeaseState.BANQUE_DE_FRANCE_PLAN: "Plan Banque de France",
        LeaseState.LEFT: "Logement quitté",
    },
}


def label(code: StrEnum) -> str:
    """The French label of a code of this module."""
    return LABELS[type(code)][code]


def choices(codes: type[StrEnum]) -> list[tuple[str, str]]:
    """(value, French label) of each code, in the order of the list: what a model field wants."""
    return [(code.value, LABELS[codes][code]) for code in codes]


def typed_charge_choices() -> list[tuple[str, str]]:
    """The charges a budget row may carry: all but those read from the tenancy."""
    return [(value, text) for value, text in choices(ChargeCode) if value not in TENANCY_CHARGES]
