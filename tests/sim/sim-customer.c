/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Customers and their phones: the bank is called as its server would call it. */
#include "config.h"

#include "sim.h"

#include "ds-encoding.h"
#include "ds-spoken-proof.h"

#include <string.h>

SimCustomer *
sim_customer_new (Sim *sim, guint number)
{
  SimCustomer *self = g_new0 (SimCustomer, 1);
  g_autofree char *name = g_strdup_printf ("Customer %u", number);
  g_autofree char *public_key = NULL;
  g_autoptr (GError) error = NULL;
  DsBankWalletDraft draft = { .operator_id = number % 2 ? DS_SANDBOX_OPERATOR_B : DS_SANDBOX_OPERATOR_A,
                              .name = name,
                              .tier = 2 };

  self->key = ds_key_generate (&error);
  g_assert_no_error (error);
  public_key = ds_key_get_public_hex (self->key);
  draft.public_key = public_key;
  draft.balance_fen = sim_between (sim, 20000, 200000);
  draft.red_packet_fen = sim_happens (sim, 600) ? sim_between (sim, 100, 20000) : 0;
  self->wallet = ds_bank_open_wallet (sim->bank, &draft, &error);
  g_assert_no_error (error);
  return self;
}

void
sim_customer_free (SimCustomer *self)
{
  ds_key_unref (self->key);
  ds_bank_wallet_free (self->wallet);
  g_free (self);
}

static char *
get_receipt (DsBankPayment *payment)
{
  g_autoptr (DsEvidence) receipt = NULL;

  if (payment == NULL || payment->state != DS_BANK_PAID || payment->receipt == NULL)
    return NULL;
  receipt = ds_evidence_parse (payment->receipt, NULL);
  return ds_evidence_to_text (receipt);
}

char *
sim_customer_pay (Sim *sim, SimCustomer *self, const char *code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsBankPayment) payment = ds_bank_pay (sim->bank, self->wallet, code, &error);

  sim_trace (sim->trace, self->wallet->name, "pays: %s%s%s",
             payment ? ds_bank_payment_state_to_name (payment->state) : error->message,
             payment && payment->reason ? ", " : "", payment && payment->reason ? payment->reason : "");
  return get_receipt (payment);
}

void
sim_customer_confirm (Sim *sim, SimCustomer *self, const char *payment_id)
{
  gboolean accept = sim_happens (sim, 800);
  g_autoptr (GError) error = NULL;
  g_autoptr (DsBankPayment) payment = ds_bank_confirm (sim->bank, self->wallet, payment_id, accept, &error);

  sim_trace (sim->trace, self->wallet->name, "%s: %s", accept ? "confirms" : "declines",
             payment ? ds_bank_payment_state_to_name (payment->state) : error->message);
}

char *
sim_customer_speak (Sim *sim, const char *payment_id, gboolean *right)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsBankPayment) payment = NULL;
  char digits[DS_SPOKEN_PROOF_SIZE];
  char *said;

  ds_bank_load_payment (sim->bank, payment_id, &payment, &error);
  g_assert_no_error (error);
  *right = payment != NULL && payment->spoken != NULL && sim_happens (sim, 700);
  if (*right)
    said = g_strdup (payment->spoken);
  else if (payment != NULL && payment->spoken != NULL && ds_spoken_proof_read (payment->spoken, digits))
    {
      /* One digit misheard. */
      guint at = ds_random_below (sim->random, DS_SPOKEN_PROOF_DIGITS);

      digits[at] = (char)('0' + (digits[at] - '0' + 1) % 10);
      said = g_strdup (digits);
    }
  else
    said = g_strdup_printf ("%08u", ds_random_below (sim->random, 100000000));
  sim_trace (sim->trace, "phone", "reads out %s: %s", *right ? "what it shows" : "something else", said);
  return said;
}

char *
sim_customer_promise (Sim *sim, SimCustomer *self, const char *payment_id, gint64 amount_fen)
{
  gboolean again = self->counter > 0 && sim_has (sim, SIM_FAULT_CHEATS) && sim_happens (sim, 300);
  const DsEvidence draft = {
    .kind = DS_EVIDENCE_VOUCHER,
    .payment_id = (char *)payment_id,
    .amount_fen = amount_fen,
    .payee_id = (char *)ds_depot_get_payee_id (sim->depot),
    .counter = again ? self->counter - 1 : self->counter,
    .at_s = ds_clock_get_wall_ms (sim->clock) / 1000,
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (DsWalletCertificate) certificate
      = ds_wallet_certificate_parse (self->wallet->certificate, &error);
  g_autoptr (DsEvidence) voucher = NULL;

  g_assert_no_error (error);
  voucher = ds_voucher_sign (self->key, certificate, &draft, &error);
  g_assert_no_error (error);
  if (!again)
    self->counter++;
  g_hash_table_add (sim->vouchers, g_strdup (payment_id));
  sim_tally (SIM_TALLY_VOUCHER);
  sim_trace (sim->trace, self->wallet->name,
             "promises %" G_GINT64_FORMAT " fen, counter %" G_GINT64_FORMAT "%s", amount_fen, draft.counter,
             again ? ", used before" : "");
  return ds_evidence_to_text (voucher);
}

char *
sim_customer_make_payer_code (Sim *sim, SimCustomer *self)
{
  return ds_sandbox_payer_code_make (self->wallet->operator_id, self->wallet->number,
                                     g_bytes_get_data (self->wallet->secret, NULL),
                                     ds_clock_get_wall_ms (sim->clock));
}
