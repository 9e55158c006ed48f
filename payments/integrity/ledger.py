"""The funds' ledger against its sums and against the aids (DOMAIN §6)."""

from payments.integrity.check import Check

SUMS = """
    SELECT fund_id,
        COALESCE(sum(amount) FILTER (WHERE kind = 'CONTRIBUTION'), 0) AS contributed,
        COALESCE(sum(amount) FILTER (WHERE kind = 'TRANSFER_IN'), 0) AS transferred_in,
        COALESCE(sum(amount) FILTER (WHERE kind = 'TRANSFER_OUT'), 0) AS transferred_out,
        COALESCE(sum(amount) FILTER (WHERE kind = 'COMMITMENT'), 0) AS committed,
        COALESCE(sum(amount) FILTER (WHERE kind = 'RELEASE'), 0) AS released,
        COALESCE(sum(amount) FILTER (WHERE kind = 'PAYMENT'), 0) AS paid,
        COALESCE(sum(amount) FILTER (WHERE kind = 'RECOVERY'), 0) AS recovered
    FROM members_fundentry GROUP BY fund_id
"""

#: What each request drew on each fund, as its terms say and as the ledger says.
DRAWN = """
    SELECT allocation.request_id, allocation.fund_id,
        sum(allocation.amount) AS committed,
        COALESCE(sum(allocation.amount) FILTER (WHERE term.state = 'RELEASED'), 0) AS released,
        COALESCE(sum(allocation.amount) FILTER (WHERE term.state = 'PAID'), 0) AS paid
    FROM aids_fundallocation AS allocation JOIN aids_rentterm AS term ON term.id = allocation.term_id
    GROUP BY allocation.request_id, allocation.fund_id
"""
WRITTEN = """
    SELECT request_id, fund_id,
        COALESCE(sum(amount) FILTER (WHERE kind = 'COMMITMENT'), 0) AS committed,
        COALESCE(sum(amount) FILTER (WHERE kind = 'RELEASE'), 0) AS released,
        COALESCE(sum(amount) FILTER (WHERE kind = 'PAYMENT'), 0) AS paid,
        COALESCE(sum(amount) FILTER (WHERE kind = 'RECOVERY' AND cause_kind = 'returned_payment'), 0)
            AS returned
    FROM (
        SELECT request.id AS request_id, entry.fund_id, entry.kind, entry.amount, entry.cause_kind
        FROM members_fundentry AS entry JOIN aids_aidrequest AS request ON request.public_id = entry.cause_id
        WHERE entry.cause_kind = 'aid_request'
        UNION ALL
        SELECT term.request_id, entry.fund_id, entry.kind, entry.amount, entry.cause_kind
        FROM members_fundentry AS entry JOIN aids_rentterm AS term ON term.public_id = entry.cause_id
        WHERE entry.cause_kind = 'aid_terms'
        UNION ALL
        SELECT payment.request_id, entry.fund_id, entry.kind, entry.amount, entry.cause_kind
        FROM members_fundentry AS entry JOIN payments_paymentorder AS payment
            ON payment.public_id = entry.cause_id
        WHERE entry.cause_kind IN ('payment_order', 'returned_payment')
    ) AS entries GROUP BY request_id, fund_id
"""

CHECKS: tuple[Check, ...] = (
    Check(
        "fund_sums",
        "Les soldes d’un fonds sont la somme de ses écritures.",
        f"""
        SELECT format('fonds %s (%s) : versé %s/%s, engagé %s/%s, dégagé %s/%s, payé %s/%s, recouvré %s/%s',
            fund.public_id, fund.year, fund.contributed, sums.contributed, fund.committed, sums.committed,
            fund.released, sums.released, fund.paid, sums.paid, fund.recovered, sums.recovered)
        FROM members_fund AS fund LEFT JOIN ({SUMS}) AS sums ON sums.fund_id = fund.id
        WHERE (fund.contributed, fund.transferred_in, fund.transferred_out, fund.committed, fund.released,
               fund.paid, fund.recovered)
            IS DISTINCT FROM (COALESCE(sums.contributed, 0), COALESCE(sums.transferred_in, 0),
               COALESCE(sums.transferred_out, 0), COALESCE(sums.committed, 0), COALESCE(sums.released, 0),
               COALESCE(sums.paid, 0), COALESCE(sums.recovered, 0))
        """,
    ),
    Check(
        "fund_balances",
        "Un fonds n’a ni disponible ni reste à payer négatif, et il ne revient que ce qui fut payé.",
        """
        SELECT format('fonds %s (%s) : disponible %s, à payer %s, payé %s, recouvré %s', public_id, year,
            available, to_pay, paid, recovered)
        FROM members_fund WHERE available < 0 OR to_pay < 0 OR recovered > paid
        """,
    ),
    Check(
        "transfers",
        "Un virement entre fonds sort de l’un et entre dans l’autre.",
        """
        SELECT format('virement %s : sorti %s, entré %s', cause_id,
            COALESCE(sum(amount) FILTER (WHERE kind = 'TRANSFER_OUT'), 0),
            COALESCE(sum(amount) FILTER (WHERE kind = 'TRANSFER_IN'), 0))
        FROM members_fundentry WHERE kind IN ('TRANSFER_IN', 'TRANSFER_OUT') GROUP BY cause_id
        HAVING COALESCE(sum(amount) FILTER (WHERE kind = 'TRANSFER_OUT'), 0)
            <> COALESCE(sum(amount) FILTER (WHERE kind = 'TRANSFER_IN'), 0)
        """,
    ),
    Check(
        "aid_ledger",
        "Ce qu’une aide engage, dégage et paie sur un fonds est ce que disent ses échéances.",
        f"""
        SELECT format('aide %s, fonds %s : engagé %s/%s, dégagé %s/%s, payé %s/%s', request.reference,
            COALESCE(drawn.fund_id, written.fund_id),
            COALESCE(drawn.committed, 0), COALESCE(written.committed, 0) - COALESCE(written.returned, 0),
            COALESCE(drawn.released, 0), COALESCE(written.released, 0),
            COALESCE(drawn.paid, 0), COALESCE(written.paid, 0) - COALESCE(written.returned, 0))
        FROM ({DRAWN}) AS drawn
        FULL JOIN ({WRITTEN}) AS written USING (request_id, fund_id)
        JOIN aids_aidrequest AS request ON request.id = request_id
        WHERE COALESCE(drawn.committed, 0) <> COALESCE(written.committed, 0) - COALESCE(written.returned, 0)
            OR COALESCE(drawn.released, 0) <> COALESCE(written.released, 0)
            OR COALESCE(drawn.paid, 0) <> COALESCE(written.paid, 0) - COALESCE(written.returned, 0)
        """,
    ),
    Check(
        "known_causes",
        "Chaque écriture d’une aide ou d’un ordre a son aide ou son ordre.",
        """
        SELECT format('écriture %s : %s %s inconnu', entry.id, entry.cause_kind, entry.cause_id)
        FROM members_fundentry AS entry
        WHERE entry.cause_kind NOT IN ('contribution', 'transfer', 'aid_request', 'aid_terms',
                'payment_order', 'returned_payment', 'payment_recovery')
            OR (entry.cause_kind = 'aid_request'
                AND NOT EXISTS (SELECT 1 FROM aids_aidrequest WHERE public_id = entry.cause_id))
            OR (entry.cause_kind = 'aid_terms'
                AND NOT EXISTS (SELECT 1 FROM aids_rentterm WHERE public_id = entry.cause_id))
            OR (entry.cause_kind IN ('payment_order', 'returned_payment')
                AND NOT EXISTS (SELECT 1 FROM payments_paymentorder WHERE public_id = entry.cause_id))
            OR (entry.cause_kind = 'payment_recovery'
                AND NOT EXISTS (SELECT 1 FROM payments_paymentrecovery WHERE public_id = entry.cause_id))
        """,
    ),
    Check(
        "aid_amounts",
        "Une aide est payée au plus de ce qui a été engagé et accordé.",
        """
        SELECT format('aide %s : accordé %s, échéances %s, payé %s, échéances payées %s', request.reference,
            request.granted_amount, COALESCE(sum(term.granted), 0), request.paid_amount,
            COALESCE(sum(term.granted) FILTER (WHERE term.state = 'PAID'), 0))
        FROM aids_aidrequest AS request JOIN aids_rentterm AS term ON term.request_id = request.id
        WHERE request.granted_amount IS NOT NULL GROUP BY request.id
        HAVING request.granted_amount <> COALESCE(sum(term.granted), 0)
            OR request.paid_amount <> COALESCE(sum(term.granted) FILTER (WHERE term.state = 'PAID'), 0)
            OR request.paid_amount > request.granted_amount
        """,
    ),
)
