"""Orders, batches, recoveries and accounting against the ledger (DOMAIN §9)."""

from payments.integrity.check import Check


def _gaps(table: str, counter: str, what: str) -> str:
    """Numbers missing in a year, or a counter that isn't at the last one."""
    return f"""
        SELECT format('{what} %s : %s numéros pour un dernier rang %s (compteur %s)',
            year, count(*), max(sequence), COALESCE(max(counter.last), 0))
        FROM {table} LEFT JOIN ales_counter AS counter ON counter.name = '{counter}:' || year
        GROUP BY year
        HAVING count(*) <> max(sequence) OR max(sequence) <> COALESCE(max(counter.last), 0)
    """


CHECKS: tuple[Check, ...] = (
    Check(
        "order_lines",
        "Les lignes d’un ordre font son montant.",
        """
        SELECT format('ordre OP-%s-%s : %s, lignes %s', payment.year, lpad(payment.sequence::text, 6, '0'),
            payment.amount, COALESCE(sum(line.amount), 0))
        FROM payments_paymentorder AS payment
        LEFT JOIN payments_paymentorderline AS line ON line.order_id = payment.id
        GROUP BY payment.id HAVING payment.amount <> COALESCE(sum(line.amount), 0)
        """,
    ),
    Check(
        "order_accounts",
        "Un ordre paie le compte de ses coordonnées bancaires, qui sont celles de son bailleur.",
        """
        SELECT format('ordre OP-%s-%s : compte de %s (…%s), coordonnées de %s (…%s)', payment.year,
            lpad(payment.sequence::text, 6, '0'), payment.account_holder, right(payment.iban, 4),
            account.account_holder, right(account.iban, 4))
        FROM payments_paymentorder AS payment
        JOIN members_bankdetails AS account ON account.id = payment.bank_details_id
        WHERE (payment.landlord_id, payment.iban, payment.bic, payment.account_holder)
            <> (account.landlord_id, account.iban, account.bic, account.account_holder)
        """,
    ),
    Check(
        "one_live_order",
        "Une échéance est dans un seul ordre en cours, et son état le dit.",
        """
        SELECT format('échéance %s (%s) : %s ordres en cours', term.public_id, term.state,
            count(DISTINCT line.order_id))
        FROM aids_rentterm AS term
        LEFT JOIN payments_paymentorderline AS line ON line.term_id = term.id AND line.is_live
        GROUP BY term.id
        HAVING count(DISTINCT line.order_id) > 1
            OR (term.state IN ('ORDERED', 'PAID')) <> (count(line.id) > 0)
        """,
    ),
    Check(
        "executed_orders",
        "Un ordre exécuté a payé exactement ses lignes, et a un avis du même montant.",
        """
        SELECT format('ordre OP-%s-%s (%s) : %s, payé %s, avis %s', payment.year,
            lpad(payment.sequence::text, 6, '0'), payment.state, payment.amount, COALESCE(ledger.paid, 0),
            COALESCE(advice.amount, 0))
        FROM payments_paymentorder AS payment
        LEFT JOIN (SELECT cause_id, sum(amount) AS paid FROM members_fundentry
            WHERE cause_kind = 'payment_order' AND kind = 'PAYMENT' GROUP BY cause_id) AS ledger
            ON ledger.cause_id = payment.public_id
        LEFT JOIN payments_paymentadvice AS advice ON advice.order_id = payment.id
        WHERE CASE WHEN payment.executed_on IS NULL THEN ledger.paid IS NOT NULL OR advice.id IS NOT NULL
            ELSE payment.amount IS DISTINCT FROM ledger.paid OR payment.amount IS DISTINCT FROM advice.amount
        END
        """,
    ),
    Check(
        "returned_payments",
        "Un paiement retourné par la banque est recouvré et réengagé pour le même montant.",
        """
        SELECT format('ordre OP-%s-%s : %s, recouvré %s, réengagé %s', payment.year,
            lpad(payment.sequence::text, 6, '0'), payment.amount, COALESCE(ledger.recovered, 0),
            COALESCE(ledger.committed, 0))
        FROM payments_paymentorder AS payment
        LEFT JOIN (SELECT cause_id, sum(amount) FILTER (WHERE kind = 'RECOVERY') AS recovered,
                sum(amount) FILTER (WHERE kind = 'COMMITMENT') AS committed
            FROM members_fundentry WHERE cause_kind = 'returned_payment' GROUP BY cause_id) AS ledger
            ON ledger.cause_id = payment.public_id
        WHERE (payment.state = 'rejected' AND payment.executed_on IS NOT NULL)
                <> (ledger.cause_id IS NOT NULL)
            OR (ledger.cause_id IS NOT NULL
                AND (payment.amount, payment.amount) IS DISTINCT FROM (ledger.recovered, ledger.committed))
        """,
    ),
    Check(
        "recoveries",
        "Un recouvrement reçu est au fonds pour son montant, jamais au-delà de ce qui fut payé.",
        """
        SELECT format('recouvrement %s (%s) : %s, lignes %s, au fonds %s', recovery.public_id, recovery.state,
            recovery.amount, lines.amount, COALESCE(ledger.amount, 0))
        FROM payments_paymentrecovery AS recovery
        LEFT JOIN (SELECT recovery_id, sum(amount) AS amount FROM payments_paymentrecoveryline
            GROUP BY recovery_id) AS lines ON lines.recovery_id = recovery.id
        LEFT JOIN (SELECT cause_id, sum(amount) AS amount FROM members_fundentry
            WHERE cause_kind = 'payment_recovery' AND kind = 'RECOVERY' GROUP BY cause_id) AS ledger
            ON ledger.cause_id = recovery.public_id
        WHERE recovery.amount IS DISTINCT FROM lines.amount
            OR COALESCE(ledger.amount, 0)
                <> CASE recovery.state WHEN 'RECEIVED' THEN recovery.amount ELSE 0 END
        UNION ALL
        SELECT format('échéance %s : %s payés, %s recouvrés', term.public_id, term.granted, sum(line.amount))
        FROM payments_paymentrecoveryline AS line
        JOIN payments_paymentrecovery AS recovery ON recovery.id = line.recovery_id
        JOIN aids_rentterm AS term ON term.id = line.term_id
        WHERE recovery.state <> 'DROPPED' GROUP BY term.id HAVING sum(line.amount) > term.granted
        """,
    ),
    Check(
        "order_numbers",
        "Les numéros des ordres se suivent sans trou.",
        _gaps("payments_paymentorder", "payment_order", "ordres de"),
    ),
    Check(
        "batch_numbers",
        "Les numéros des bordereaux se suivent sans trou.",
        _gaps("payments_paymentbatch", "payment_batch", "bordereaux de"),
    ),
    Check(
        "recovery_numbers",
        "Les numéros des recouvrements se suivent sans trou.",
        _gaps("payments_paymentrecovery", "payment_recovery", "recouvrements de"),
    ),
    Check(
        "batch_totals",
        "Un bordereau a le nombre et le total de ses ordres.",
        """
        SELECT format('bordereau BV-%s-%s : %s ordres pour %s, trouvés %s pour %s', batch.year,
            lpad(batch.sequence::text, 6, '0'), batch.orders_count, batch.control_sum, count(payment.id),
            COALESCE(sum(payment.amount), 0))
        FROM payments_paymentbatch AS batch
        LEFT JOIN payments_paymentorder AS payment ON payment.batch_id = batch.id
        WHERE batch.state <> 'cancelled' GROUP BY batch.id
        HAVING batch.orders_count <> count(payment.id)
            OR batch.control_sum <> COALESCE(sum(payment.amount), 0)
        """,
    ),
    Check(
        "months",
        "Un dossier compte au plus trois mois par demande, et un seul renouvellement.",
        """
        SELECT format('aide %s : %s mois', request.reference, count(*))
        FROM aids_aidrequest AS request JOIN aids_rentterm AS term ON term.request_id = request.id
        WHERE term.month IS NOT NULL AND term.state IN ('GRANTED', 'ORDERED', 'PAID')
        GROUP BY request.id HAVING count(*) > 3
        UNION ALL
        SELECT format('aide %s : %s mois dans son dossier', min(request.reference), count(*))
        FROM aids_aidrequest AS request JOIN aids_rentterm AS term ON term.request_id = request.id
        WHERE term.month IS NOT NULL AND term.state IN ('GRANTED', 'ORDERED', 'PAID')
        GROUP BY request.case_id HAVING count(*) > 6
        UNION ALL
        SELECT format('aide %s : %s renouvellements', origin.reference, count(*))
        FROM aids_aidrequest AS renewal JOIN aids_aidrequest AS origin ON origin.id = renewal.renewal_of_id
        WHERE renewal.state NOT IN ('rejected', 'withdrawn') GROUP BY origin.id HAVING count(*) > 1
        """,
    ),
    Check(
        "accounting",
        "Les périodes comptables se suivent, leurs numéros aussi, et elles s’équilibrent.",
        """
        SELECT format('période du %s au %s : numéros %s à %s, %s écritures, total %s pour %s',
            period.starts_on, period.ends_on, period.first_number, period.last_number, count(posted.id),
            period.total, COALESCE(sum(entry.amount), 0))
        FROM payments_accountingperiod AS period
        LEFT JOIN payments_accountingentry AS posted ON posted.period_id = period.id
        LEFT JOIN members_fundentry AS entry ON entry.id = posted.fund_entry_id
        GROUP BY period.id
        HAVING count(posted.id) <> period.last_number - period.first_number + 1
            OR period.total <> COALESCE(sum(entry.amount), 0)
            OR COALESCE(min(posted.number), period.first_number) <> period.first_number
            OR COALESCE(max(posted.number), period.last_number) <> period.last_number
        UNION ALL
        SELECT format('période du %s : la précédente finit le %s au numéro %s', starts_on, before_ends,
            before_last)
        FROM (SELECT starts_on, first_number, lag(ends_on) OVER (ORDER BY starts_on) AS before_ends,
                lag(last_number) OVER (ORDER BY starts_on) AS before_last
            FROM payments_accountingperiod) AS following
        WHERE before_ends IS NOT NULL
            AND (starts_on <> before_ends + 1 OR first_number <> before_last + 1)
        """,
    ),
)
