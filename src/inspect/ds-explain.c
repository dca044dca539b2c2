/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-explain.h"

#include "ds-clock.h"
#include "ds-code-guard.h"
#include "ds-collection-code.h"
#include "ds-emv-cpm.h"
#include "ds-emv-mpm.h"
#include "ds-enrol-code.h"
#include "ds-evidence.h"
#include "ds-money.h"

#include <string.h>

/* A text of fewer characters is no attempt at an EMVCo code that went wrong. */
#define EMV_MIN_CHARACTERS 24

/* What of rubbish is repeated in the report. */
#define RUBBISH_SHOWN_BYTES 120

/* What editors put before a text; no part of a code. */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

static void
add_findings (DsReport *report, GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++)
    {
      const DsEmvFinding *finding = g_ptr_array_index (findings, i);

      ds_report_add_finding (report, finding->severity, finding->path, finding->rule, finding->detail);
    }
}

static void
add_money (DsReport *report, const char *path, const char *name, gint64 amount_fen)
{
  char text[DS_MONEY_TEXT_SIZE];

  ds_report_add_field (report, path, name, ds_money_format (amount_fen, text));
}

static void
add_time (DsReport *report, const char *path, const char *name, gint64 at_s)
{
  char text[DS_RFC3339_SIZE];

  ds_report_add_field (report, path, name, ds_clock_format_rfc3339 (at_s * 1000, text));
}

static void
add_number (DsReport *report, const char *path, const char *name, gint64 number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, number);

  ds_report_add_field (report, path, name, text);
}

static void
add_objects (DsReport *report, const char *parent, GPtrArray *objects)
{
  for (guint i = 0; i < objects->len; i++)
    {
      const DsEmvObject *object = g_ptr_array_index (objects, i);
      g_autofree char *path = g_strdup_printf ("%s%s%s", parent, *parent != '\0' ? "-" : "", object->id);

      ds_report_add_field (report, path, ds_emv_mpm_name (path), object->value);
      if (object->parts != NULL)
        add_objects (report, path, object->parts);
    }
}

static void
explain_mpm (DsReport *report, const char *text)
{
  g_autoptr (DsEmvMpm) code = ds_emv_mpm_read (text);
  g_autoptr (DsCollectionCode) ours = NULL;

  ds_report_set_kind (report, ds_code_kind_to_name (DS_CODE_COLLECTION));
  ds_report_judge (report, DS_EMV_VALID);
  add_findings (report, code->findings);
  add_objects (report, "", code->objects);

  if (g_strcmp0 (ds_emv_mpm_get (code, "26-00"), DS_COLLECTION_GUID) == 0)
    {
      g_autoptr (GError) error = NULL;

      json_object_set_new (report, "whose", json_string ("Doorstep"));
      ours = ds_collection_code_parse (text, &error);
      if (ours == NULL)
        {
          ds_report_add_finding (report, DS_EMV_INVALID, "26", "doorstep", error->message);
          return;
        }
      ds_report_add_field (report, "payment", "Payment", ours->payment_id);
      ds_report_add_field (report, "payee", "Payee", ours->payee_id);
      ds_report_add_field (report, "payee-name", "Payee’s name", ours->payee_name);
      add_money (report, "amount", "Amount in yuan", ours->amount_fen);
      if (ours->expires_at_s > 0)
        add_time (report, "expires", "Expires", ours->expires_at_s);
    }
}

static void
add_cpm_objects (DsReport *report, GPtrArray *objects)
{
  for (guint i = 0; i < objects->len; i++)
    {
      const DsEmvCpmObject *object = g_ptr_array_index (objects, i);
      g_autofree char *value = ds_emv_cpm_object_to_text (object);

      ds_report_add_field (report, object->path, ds_emv_cpm_name (object->tag), value);
      if (object->parts != NULL)
        add_cpm_objects (report, object->parts);
    }
}

static void
explain_cpm (DsReport *report, const DsEmvCpm *code)
{
  ds_report_set_kind (report, ds_code_kind_to_name (DS_CODE_PAYER));
  ds_report_judge (report, DS_EMV_VALID);
  add_findings (report, code->findings);
  add_cpm_objects (report, code->objects);
}

static void
explain_payer (DsReport *report, const char *text, const DsCodeSighting *sighting)
{
  g_autofree char *code = ds_payer_code_normalize (text);

  if (sighting->payer == DS_PAYER_CODE_EMV_CPM)
    {
      g_autoptr (DsEmvCpm) cpm = ds_emv_cpm_read (text);

      explain_cpm (report, cpm);
      return;
    }
  ds_report_judge (report, DS_EMV_VALID);
  ds_report_add_field (report, "code", "Payer code", code);
  if (*sighting->operator_id != '\0')
    ds_report_add_field (report, "operator", "Operator", sighting->operator_id);
}

static void
add_certificate (DsReport *report, const DsWalletCertificate *certificate)
{
  g_autofree char *serial = ds_wallet_certificate_get_serial_hex (certificate);

  ds_report_add_field (report, "wallet", "Wallet", serial);
  add_number (report, "tier", "Wallet’s tier", certificate->tier);
  add_money (report, "voucher-limit", "Largest voucher in yuan", certificate->voucher_limit_fen);
  add_money (report, "total-limit", "Largest sum of vouchers in yuan", certificate->total_limit_fen);
  add_time (report, "not-after", "Certificate ends", certificate->not_after_s);
}

/* The signature, and what the certificate allows, at the time at which it says it was signed. */
static void
check_evidence (DsReport *report, const DsEvidence *evidence, DsTrustList *trust)
{
  DsEvidenceVerdict verdict;

  if (trust == NULL)
    {
      ds_report_add_field (report, "signature", "Signature",
                           "not checked; give --trust and --key to check it");
      return;
    }
  verdict = ds_evidence_verify (evidence, trust, NULL, NULL, -1, evidence->at_s);
  ds_report_add_field (report, "signature", "Signature", ds_evidence_verdict_to_name (verdict));
  if (verdict != DS_EVIDENCE_OK)
    ds_report_add_finding (
        report, DS_EMV_INVALID, "signature", ds_evidence_verdict_to_name (verdict),
        "the operators that the depot trusts did not sign this; take no money's worth for it");
}

static void
explain_evidence (DsReport *report, const char *text, DsTrustList *trust)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsEvidence) evidence = ds_evidence_parse_text (text, &error);

  if (evidence == NULL)
    {
      ds_report_add_finding (report, DS_EMV_INVALID, "", "form", error->message);
      return;
    }
  ds_report_judge (report, DS_EMV_VALID);
  ds_report_add_field (report, "evidence", "Evidence",
                       evidence->kind == DS_EVIDENCE_RECEIPT ? "receipt" : "voucher");
  ds_report_add_field (report, "payment", "Payment", evidence->payment_id);
  add_money (report, "amount", "Amount in yuan", evidence->amount_fen);
  ds_report_add_field (report, "payee", "Payee", evidence->payee_id);
  ds_report_add_field (report, "operator", "Operator", evidence->operator_id);
  if (evidence->operator_ref != NULL)
    ds_report_add_field (report, "operator-ref", "Operator’s serial", evidence->operator_ref);
  if (evidence->red_packet_fen > 0)
    add_money (report, "red-packet", "From a red packet, in yuan", evidence->red_packet_fen);
  if (evidence->certificate != NULL)
    add_certificate (report, evidence->certificate);
  if (evidence->kind == DS_EVIDENCE_VOUCHER)
    add_number (report, "counter", "Voucher’s number", evidence->counter);
  add_time (report, "at", "Signed", evidence->at_s);
  check_evidence (report, evidence, trust);
}

static void
explain_enrolment (DsReport *report, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsEnrolCode) code = ds_enrol_code_parse (text, &error);

  if (code == NULL)
    {
      ds_report_add_finding (report, DS_EMV_INVALID, "", "form", error->message);
      return;
    }
  ds_report_judge (report, DS_EMV_VALID);
  ds_report_add_field (report, "address", "Depot", code->address);
  ds_report_add_field (report, "pin", "Pin of the depot’s certificate", code->pin);
  ds_report_add_field (report, "code", "One-time code", code->code);
}

/* Whether a text that begins as no code does was still meant as one, and got broken: then the rules it breaks say
 * more than "text". */
static gboolean
explain_attempt (DsReport *report, const char *text)
{
  g_autoptr (DsEmvMpm) mpm = NULL;
  g_autoptr (DsEmvCpm) cpm = NULL;
  const char *start = g_str_has_prefix (text, BYTE_ORDER_MARK) ? text + strlen (BYTE_ORDER_MARK) : text;

  if (strlen (text) < EMV_MIN_CHARACTERS)
    return FALSE;
  mpm = ds_emv_mpm_read (text);
  if (g_str_has_prefix (start, "0002")
      || (ds_emv_mpm_get (mpm, "00") != NULL && ds_emv_mpm_get (mpm, "63") != NULL))
    {
      explain_mpm (report, text);
      return TRUE;
    }
  cpm = ds_emv_cpm_read (text);
  if (ds_emv_cpm_find (cpm, "61") != NULL)
    {
      explain_cpm (report, cpm);
      return TRUE;
    }
  return FALSE;
}

DsReport *
ds_explain_code (const char *text, gsize n, gsize whole_n, DsTrustList *trust)
{
  g_autofree char *terminated = g_strndup (text, n);
  g_autofree char *trimmed = NULL;
  DsCodeSighting sighting;
  DsReport *report;

  ds_code_guard_look (terminated, &sighting);
  if (n < whole_n || strlen (terminated) < n)
    sighting.kind = DS_CODE_RUBBISH;
  /* Blanks around a code are the scanner's or the clipboard's, but EMVCo's codes have their own length. */
  trimmed = g_strstrip (g_strdup (terminated));
  report = ds_report_new (text, sighting.kind == DS_CODE_RUBBISH ? MIN (n, RUBBISH_SHOWN_BYTES) : n, whole_n,
                          ds_code_kind_to_name (sighting.kind));
  if (sighting.whose != NULL)
    json_object_set_new (report, "whose", json_string (sighting.whose));

  switch (sighting.kind)
    {
    case DS_CODE_EMPTY:
      ds_report_add_finding (report, DS_EMV_INVALID, "", "text", "there is nothing in it");
      break;
    case DS_CODE_RUBBISH:
      if (n < whole_n || strlen (terminated) < n || !explain_attempt (report, terminated))
        ds_report_add_finding (report, DS_EMV_INVALID, "", "text",
                               "it is no text, or longer than any code; scan it again");
      break;
    case DS_CODE_EVIDENCE:
      explain_evidence (report, trimmed, trust);
      break;
    case DS_CODE_ENROLMENT:
      explain_enrolment (report, trimmed);
      break;
    case DS_CODE_PAYER:
      explain_payer (report, terminated, &sighting);
      break;
    case DS_CODE_COLLECTION:
      if (sighting.whose == NULL)
        explain_mpm (report, terminated);
      break;
    case DS_CODE_WAYBILL_SHAPED:
      explain_attempt (report, terminated);
      break;
    case DS_CODE_TEXT:
      if (!explain_attempt (report, terminated))
        ds_report_add_finding (report, DS_EMV_INVALID, "", "text", "it is no code that Doorstep knows");
      break;
    case DS_CODE_SEAL:
    case DS_CODE_WALLET_LINK:
    case DS_CODE_WEB_LINK:
    case DS_CODE_WIFI:
    case DS_CODE_CONTACT:
      break;
    }
  return report;
}
