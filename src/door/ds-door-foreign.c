/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codes that bring nothing: somebody else's, another stop's, or none that is paid with. */
#include "config.h"

#include "ds-door-private.h"

#include "ds-collection-code.h"
#include "ds-emv-mpm.h"

#include <string.h>

/* What the courier does next hangs on what is under way. */
static const char *
get_next_step (const DsScanOperation *operation)
{
  if (operation->payment_id != NULL)
    return _ ("Show your code again, and scan the customer's receipt or voucher once they have paid.");
  if (operation->stop_id != NULL && operation->amount_fen > 0)
    return _ ("Ask for the payer code in the customer's digital RMB wallet, or take cash.");
  return _ ("To collect money, open the stop first.");
}

/* @what: (transfer full): a sentence about the code */
static void
answer (DsScanOperation *operation, const char *reason, const char *title, char *what)
{
  g_autofree char *own_what = what;

  ds_scan_operation_answer (operation, DS_ANSWER_FOREIGN, reason, title,
                            /* Translators: two sentences, one after the other */
                            g_strdup_printf (_ ("%s %s"), what, get_next_step (operation)));
}

/* Returns: (transfer full) (nullable): where a link leads, fit to be shown. */
static char *
get_host (const char *link)
{
  g_autoptr (GUri) uri = g_uri_parse (link, G_URI_FLAGS_PARSE_RELAXED, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  return host != NULL && *host != '\0' ? ds_code_guard_quote (host) : NULL;
}

static void
answer_web_link (DsScanOperation *operation)
{
  g_autofree char *host = get_host (operation->text);

  answer (operation, "web-link", _ ("This is a web link"),
          host != NULL ? g_strdup_printf (_ ("It leads to %s, is no payment and is not opened."), host)
                       : g_strdup (_ ("It is no payment and is not opened.")));
}

/* Collection codes */

/* Returns: (transfer full) (nullable): whom a merchant's code pays, in its own script if it has that. */
static char *
get_merchant (const char *text)
{
  g_autoptr (DsEmvMpm) code = ds_emv_mpm_read (text);
  const char *name = ds_emv_mpm_get (code, "64-01");

  if (name == NULL)
    name = ds_emv_mpm_get (code, "59");
  return name != NULL ? ds_code_guard_quote (name) : NULL;
}

static void
answer_foreign_collection (DsScanOperation *operation)
{
  g_autofree char *merchant = operation->sighting.whose == NULL ? get_merchant (operation->text) : NULL;

  answer (operation, "collection", _ ("This is a code for receiving money"),
          merchant != NULL
              ? g_strdup_printf (_ ("With it somebody pays “%s”; nothing comes in here."), merchant)
              : g_strdup (_ ("Whoever made it is paid with it; nothing comes in here.")));
}

static gboolean
is_code_of (const DsScanOperation *operation, const char *built_id, const DsPayment *payment)
{
  return g_strcmp0 (payment->code, operation->text) == 0
         || (built_id != NULL && g_strcmp0 (payment->id, built_id) == 0);
}

/* Our own: of this payment, of this stop earlier, or of another stop. Returns: whether it is of @stop. */
static gboolean
answer_own_collection (DsDoor *self, DsScanOperation *operation, DsStop *stop, const char *built_id)
{
  gint64 expires_at_ms = 0;
  const DsPayment *payment = NULL;

  for (guint i = 0; i < stop->payments->len && payment == NULL; i++)
    {
      const DsPayment *candidate = g_ptr_array_index (stop->payments, i);

      if (is_code_of (operation, built_id, candidate))
        payment = candidate;
    }
  if (payment != NULL)
    expires_at_ms = payment->code_expires_at_ms;
  else if (g_strcmp0 (stop->prefetched_code, operation->text) == 0)
    expires_at_ms = stop->prefetched_expires_at_ms;
  else
    return FALSE;

  if (expires_at_ms != 0 && expires_at_ms <= ds_store_get_trusted_now_ms (self->store))
    answer (
        operation, "own-expired", _ ("This code of ours has run out"),
        g_strdup_printf (_ ("It was for the stop at %s; a new one has to be shown there."), stop->address));
  else if (operation->stop_id != NULL && g_strcmp0 (stop->id, operation->stop_id) != 0)
    answer (
        operation, "own-other-stop", _ ("This is the code of another stop"),
        g_strdup_printf (_ ("With it the customer of the stop at %s pays, not this one."), stop->address));
  else if (operation->payment_id != NULL && payment != NULL
           && g_strcmp0 (payment->id, operation->payment_id) != 0)
    answer (operation, "own-earlier", _ ("This is an earlier code of this stop"),
            g_strdup (_ ("It is not the one on your screen.")));
  else
    answer (operation, "own", _ ("This is your own code"),
            g_strdup_printf (_ ("The customer of the stop at %s pays with it; you need not scan it."),
                             stop->address));
  operation->answer->stop = g_object_ref (stop);
  return TRUE;
}

static void
did_load_stops (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsDoor *self = g_task_get_source_object (task);
  DsScanOperation *operation = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) stops = ds_store_load_stops_finish (DS_STORE (source), result, &error);
  g_autoptr (DsCollectionCode) built = ds_collection_code_parse (operation->text, NULL);
  gboolean found = FALSE;

  if (stops == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  for (guint i = 0; i < stops->len && !found; i++)
    found = answer_own_collection (self, operation, g_ptr_array_index (stops, i),
                                   built != NULL ? built->payment_id : NULL);
  if (!found)
    answer_foreign_collection (operation);
  g_task_return_pointer (task, g_steal_pointer (&operation->answer), (GDestroyNotify)ds_answer_free);
}

/* Everything else */

static void
answer_other (DsScanOperation *operation)
{
  const struct
  {
    DsCodeKind kind;
    const char *reason, *title, *what;
  } others[] = {
    { DS_CODE_RUBBISH, "rubbish", N_ ("Not a payment code"), N_ ("This code holds nothing readable.") },
    { DS_CODE_ENROLMENT, "enrolment", N_ ("This is an enrolment code"),
      N_ ("It adds a handheld to a depot and is no payment; this one is enrolled already.") },
    { DS_CODE_SEAL, "seal", N_ ("This is a shift seal"),
      N_ ("It ends a shift and is no payment; only the clerk scans it.") },
    { DS_CODE_CUSTOMER_RECEIPT, "customer-receipt", N_ ("This is a receipt for a customer"),
      N_ ("A handheld gave it to somebody who paid. It is no payment and proves none here.") },
    { DS_CODE_WIFI, "wifi", N_ ("This is a Wi-Fi code"), N_ ("It is no payment and is not used.") },
    { DS_CODE_CONTACT, "contact", N_ ("This is a contact card"), N_ ("It is no payment and is not kept.") },
    { DS_CODE_PHONE, "phone", N_ ("This is a phone number"), N_ ("It is no payment and is not called.") },
    { DS_CODE_CRYPTO, "crypto", N_ ("This is a cryptocurrency address"),
      N_ ("It is no payment, and no cryptocurrency is taken.") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    if (others[i].kind == operation->sighting.kind)
      answer (operation, others[i].reason, _ (others[i].title), g_strdup (_ (others[i].what)));
}

static void
answer_wallet_link (DsScanOperation *operation)
{
  g_autofree char *title = g_strdup_printf (_ ("This is a %s code"), _ (operation->sighting.whose));

  answer (operation, "foreign-link", title,
          g_strdup (_ ("It brings nothing in here: only digital RMB and cash are taken.")));
}

static void
answer_text (DsScanOperation *operation)
{
  g_autofree char *quoted = ds_code_guard_quote (operation->text);

  answer (operation, "text", _ ("Not a payment code"),
          g_strdup_printf (_ ("This is plain text: “%s”."), quoted));
}

void
ds_door_scan_foreign (DsDoor *self, GTask *task)
{
  g_autoptr (GTask) own_task = task;
  DsScanOperation *operation = g_task_get_task_data (task);

  switch (operation->sighting.kind)
    {
    case DS_CODE_COLLECTION:
      ds_store_load_stops_async (self->store, g_task_get_cancellable (task), did_load_stops,
                                 g_steal_pointer (&own_task));
      return;
    case DS_CODE_EMPTY:
      ds_scan_operation_answer (operation, DS_ANSWER_FOREIGN, "empty", _ ("Nothing read"),
                                g_strdup (_ ("Hold the code still in front of the camera and scan again.")));
      break;
    case DS_CODE_WAYBILL_SHAPED:
      ds_scan_operation_answer (
          operation, DS_ANSWER_FOREIGN, "unknown-parcel", _ ("Parcel not on this route"),
          g_strdup (_ ("It is no payment code. If it is on a parcel, put that aside and ask the depot.")));
      break;
    case DS_CODE_WALLET_LINK:
      answer_wallet_link (operation);
      break;
    case DS_CODE_WEB_LINK:
      answer_web_link (operation);
      break;
    case DS_CODE_TEXT:
      answer_text (operation);
      break;
    default:
      answer_other (operation);
      break;
    }
  g_assert (operation->answer != NULL);
  g_task_return_pointer (task, g_steal_pointer (&operation->answer), (GDestroyNotify)ds_answer_free);
}
