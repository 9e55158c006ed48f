"""Addresses of this room."""

from django.urls import path

from payments.views import (
    accounting,
    batches,
    landlord,
    moves,
    orders,
    queries,
    receipts,
    recoveries,
    rejects,
    request,
    signature,
    worklist,
)

app_name = "payments"

urlpatterns = [
    path("paiements/", worklist.order_list, name="orders"),
    path("paiements/signature/", signature.sign_many, name="sign_many"),
    path("paiements/bordereaux/", batches.batch_list, name="batches"),
    path("paiements/bordereaux/preparer/", batches.prepare_batch, name="batch_prepare"),
    path("paiements/bordereaux/<uuid:public_id>/", batches.batch_detail, name="batch"),
    path("paiements/bordereaux/<uuid:public_id>/remise/", batches.send_batch, name="batch_send"),
    path("paiements/bordereaux/<uuid:public_id>/annuler/", batches.cancel_batch, name="batch_cancel"),
    path("paiements/comptabilite/", accounting.periods, name="accounting"),
    path("paiements/comptabilite/cloture/", accounting.close, name="accounting_close"),
    path("paiements/questions/", queries.query_list, name="queries"),
    path("paiements/questions/<uuid:public_id>/", queries.query, name="query"),
    path("paiements/recouvrements/", recoveries.recovery_list, name="recoveries"),
    path("paiements/recouvrements/<uuid:public_id>/", recoveries.recovery, name="recovery"),
    path("paiements/recouvrements/<uuid:public_id>/reception/", recoveries.record, name="recovery_record"),
    path("paiements/recouvrements/<uuid:public_id>/abandonner/", recoveries.drop, name="recovery_drop"),
    path("paiements/<uuid:public_id>/recouvrement/", recoveries.ask, name="recovery_ask"),
    path("paiements/<uuid:public_id>/", orders.order_detail, name="order"),
    path("paiements/<uuid:public_id>/signer/", moves.sign, name="sign"),
    path("paiements/<uuid:public_id>/virement/", moves.record_execution, name="execution"),
    path("paiements/<uuid:public_id>/abandonner/", moves.give_up, name="give_up"),
    path("paiements/<uuid:public_id>/rejet/", rejects.reject, name="reject"),
    path("paiements/<uuid:public_id>/redemander/", rejects.reorder, name="reorder"),
    path("paiements/<uuid:public_id>/rendre/", rejects.release_rejected, name="release_rejected"),
    path("aides/<uuid:public_id>/paiement/", request.request_payment, name="request"),
    path("aides/<uuid:public_id>/paiement/total/", request.request_total, name="request_total"),
    path("bailleur/", landlord.tenant_aids, name="tenant_aids"),
    path("bailleur/aides/<uuid:public_id>/", landlord.tenant_aid, name="tenant_aid"),
    path("bailleur/receptions/", receipts.receipt_list, name="receipts"),
    path("bailleur/avis/<uuid:public_id>/reception/", receipts.confirm_receipt, name="confirm_receipt"),
    path("bailleur/avis/<uuid:public_id>/ecart/", receipts.ask_query, name="ask_query"),
]
