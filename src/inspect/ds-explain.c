/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-explain.h"

#include "ds-base45.h"
#include "ds-clock.h"
#include "ds-code-guard.h"
#include "ds-collection-code.h"
#include "ds-customer-receipt.h"
#include "ds-emv-cpm.h"
#include "ds-emv-mpm.h"
#include "ds-enrol-code.h"
#include "ds-evidence.h"
#include "ds-encoding.h"
#include "ds-money.h"
#include "ds-qr.h"
#include "ds-sandbox-code.h"
#include "ds-shift-seal.h"

#include <string.h>

/* A text of fewer characters is no attempt at an EMVCo code that went wrong. */
#define EMV_MIN_CHARACTERS 24

/* What of rubbish is repeated in the report. */
#define RUBBISH_SHOWN_BYTES 120

/* What editors put before a text; no part of a code. */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* The certificate of a wallet has no text of its own but a voucher; alone it is written as evidence is. */
#define EVIDENCE_PREFIX "DS1:"

/* Where the rule stands that a finding at @path is about. */
static const char *
find_clause (const char *path, const char *rule, gboolean is_mpm)
{
  if (!is_mpm)
    return "EMVCo CPM 1.1, tables 4.1 to 4.4";
  if (strcmp (rule, "crc") == 0)
    return "EMVCo MPM 1.1, 4.3";
  if (strcmp (rule, "size") == 0)
    return "EMVCo MPM 1.1, 3.1";
  if (strcmp (rule, "structure") == 0 || strcmp (rule, "overrun") == 0 || strcmp (rule, "header") == 0)
    return "EMVCo MPM 1.1, 3.2";
  if (strncmp (path, "62-", 3) == 0)
    return strlen (path) > 5 ? "EMVCo MPM 1.1, table 3.9" : "EMVCo MPM 1.1, table 3.7";
  if (strncmp (path, "64-", 3) == 0)
    return "EMVCo MPM 1.1, table 3.8";
  return strchr (path, '-') != NULL ? "EMVCo MPM 1.1, table 3.6" : "EMVCo MPM 1.1, tables 3.3 to 3.5";
}

static void
add_findings (DsReport *report, GPtrArray *findings, gboolean is_mpm)
{
  for (guint i = 0; i < findings->len; i++)
    {
      const DsEmvFinding *finding = g_ptr_array_index (findings, i);

      ds_report_add_finding (report, finding->severity, finding->path, finding->rule, finding->detail);
      ds_report_cite (report, find_clause (finding->path, finding->rule, is_mpm));
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
  add_findings (report, code->findings, TRUE);
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
  add_findings (report, code->findings, FALSE);
  add_cpm_objects (report, code->objects);
}

/* Its number, and its name where the list has it. */
static void
add_operator (DsReport *report, const char *operator_id, DsTrustList *trust)
{
  const DsTrustedOperator *known = trust != NULL ? ds_trust_list_find_operator (trust, operator_id) : NULL;

  ds_report_add_field (report, "operator", "Operator", operator_id);
  if (known != NULL)
    ds_report_add_field (report, "operator-name", "Operator’s name", known->name);
}

static void
explain_payer (DsReport *report, const char *text, const DsCodeSighting *sighting, const DsExplainKeys *keys)
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
  ds_report_add_field (report, "wallet", "Wallet", sighting->whose);
  if (*sighting->operator_id != '\0')
    add_operator (report, sighting->operator_id, keys->trust);
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

/* Whether the text is a wallet's certificate alone, as a wallet hands it in for support. */
static gboolean
explain_certificate (DsReport *report, const char *text, DsTrustList *trust)
{
  g_autoptr (GBytes) bytes = g_str_has_prefix (text, EVIDENCE_PREFIX)
                                 ? ds_base45_decode (text + strlen (EVIDENCE_PREFIX), -1, NULL)
                                 : NULL;
  g_autoptr (DsWalletCertificate) certificate
      = bytes != NULL ? ds_wallet_certificate_parse (bytes, NULL) : NULL;

  if (certificate == NULL)
    return FALSE;
  ds_report_set_kind (report, "wallet-certificate");
  ds_report_judge (report, DS_EMV_VALID);
  add_operator (report, certificate->operator_id, trust);
  add_certificate (report, certificate);
  ds_report_add_field (report, "signature", "Signature", "not checked; it is checked with a voucher");
  return TRUE;
}

static void
explain_evidence (DsReport *report, const char *text, DsTrustList *trust)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsEvidence) evidence = ds_evidence_parse_text (text, &error);

  if (evidence == NULL && explain_certificate (report, text, trust))
    return;
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
  add_operator (report, evidence->operator_id, trust);
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

/* Whether the handheld with the key signed it. @good: as the signature was found to be. */
static void
add_device_signature (DsReport *report, DsKey *device_key, gboolean good)
{
  if (device_key == NULL)
    {
      ds_report_add_field (report, "signature", "Signature", "not checked; give --device-key to check it");
      return;
    }
  ds_report_add_field (report, "signature", "Signature", good ? "ok" : "forged");
  if (!good)
    ds_report_add_finding (report, DS_EMV_INVALID, "signature", "forged",
                           "the device with this key did not sign it; ask for the journal itself");
}

static void
explain_customer_receipt (DsReport *report, const char *text, DsKey *device_key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsCustomerReceipt) receipt = ds_customer_receipt_parse_text (text, &error);

  if (receipt == NULL)
    {
      ds_report_add_finding (report, DS_EMV_INVALID, "", "form", error->message);
      return;
    }
  ds_report_judge (report, DS_EMV_VALID);
  ds_report_add_field (report, "device", "Device", receipt->device_id);
  ds_report_add_field (report, "payment", "Payment", receipt->payment_id);
  add_money (report, "amount", "Amount in yuan", receipt->amount_fen);
  ds_report_add_field (report, "tender", "Tender", ds_tender_to_name (receipt->tender));
  ds_report_add_field (report, "finality", "Finality",
                       receipt->final ? "final" : "provisional: not yet confirmed by the operator");
  if (receipt->tender == DS_TENDER_CASH)
    {
      add_money (report, "tendered", "Cash given, in yuan", receipt->tendered_fen);
      add_money (report, "change", "Change, in yuan", receipt->tendered_fen - receipt->amount_fen);
    }
  if (receipt->red_packet_fen > 0)
    add_money (report, "red-packet", "From a red packet, in yuan", receipt->red_packet_fen);
  if (receipt->refunded_fen > 0)
    add_money (report, "refunded", "Given back, in yuan", receipt->refunded_fen);
  ds_report_add_field (report, "payee", "Payee", receipt->payee_id);
  add_time (report, "at", "Paid", receipt->at_s);
  add_device_signature (report, device_key,
                        device_key != NULL && ds_customer_receipt_verify (receipt, device_key));
}

static void
explain_seal (DsReport *report, const char *text, DsKey *device_key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsShiftSeal) seal = ds_shift_seal_parse_text (text, &error);
  g_autofree char *head = NULL;

  if (seal == NULL)
    {
      ds_report_add_finding (report, DS_EMV_INVALID, "", "form", error->message);
      return;
    }
  head = ds_hex_encode (seal->head_sm3, DS_SM3_SIZE);
  ds_report_judge (report, DS_EMV_VALID);
  ds_report_add_field (report, "device", "Device", seal->device_id);
  ds_report_add_field (report, "shift", "Shift", seal->shift_id);
  add_number (report, "head-seq", "Number of the journal’s last entry", seal->head_seq);
  ds_report_add_field (report, "head-sm3", "SM3 of the journal’s last entry", head);
  add_time (report, "at", "Closed", seal->at_s);
  add_money (report, "paid", "Digital, paid, in yuan", seal->paid_fen);
  add_money (report, "cash", "Cash taken, in yuan", seal->cash_fen);
  add_money (report, "accepted", "Vouchers not yet redeemed, in yuan", seal->accepted_fen);
  add_money (report, "uncertain", "May still turn out paid, in yuan", seal->uncertain_fen);
  add_money (report, "counted", "Cash counted with the float, in yuan", seal->counted_fen);
  add_device_signature (report, device_key, device_key != NULL && ds_shift_seal_verify (seal, device_key));
}

/* The sandbox operators' code. A real operator's is opaque, and so its texts are in no finding. */
static void
explain_sandbox (DsReport *report, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsSandboxCode) code = ds_sandbox_code_parse (text, &error);

  if (code == NULL)
    {
      ds_report_add_finding (report, DS_EMV_INVALID, "", "form", error->message);
      return;
    }
  ds_report_judge (report, DS_EMV_VALID);
  ds_report_add_field (report, "operator", "Operator", code->operator_id);
  ds_report_add_field (report, "payment", "Payment", code->payment_id);
  add_money (report, "amount", "Amount in yuan", code->amount_fen);
  ds_report_add_field (report, "payee", "Payee", code->payee_id);
  ds_report_add_field (report, "payee-name", "Payee’s name", code->payee_name);
  add_time (report, "expires", "Expires", code->expires_at_ms / 1000);
}

/* Version and modules a side, without the quiet zone, of the symbol that the text makes at level M, the least at which
 * Doorstep shows a code. */
static void
add_symbol (DsReport *report, const char *text)
{
  g_autoptr (DsQr) symbol = ds_qr_new (text, DS_QR_LEVEL_M, NULL);

  if (symbol != NULL)
    json_object_set_new (report, "qr",
                         json_pack ("{s:i, s:i, s:s}", "version", (int)ds_qr_get_version (symbol), "modules",
                                    (int)ds_qr_get_size (symbol), "level",
                                    ds_qr_level_to_name (ds_qr_get_level (symbol))));
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
ds_explain_code (const char *text, gsize n, gsize whole_n, const DsExplainKeys *keys)
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
  if (sighting.kind != DS_CODE_RUBBISH && sighting.kind != DS_CODE_EMPTY)
    add_symbol (report, trimmed);

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
      explain_evidence (report, trimmed, keys->trust);
      break;
    case DS_CODE_ENROLMENT:
      explain_enrolment (report, trimmed);
      break;
    case DS_CODE_PAYER:
      explain_payer (report, terminated, &sighting, keys);
      break;
    case DS_CODE_COLLECTION:
      if (sighting.whose == NULL)
        explain_mpm (report, terminated);
      else
        explain_sandbox (report, trimmed);
      break;
    case DS_CODE_SEAL:
      explain_seal (report, trimmed, keys->device_key);
      break;
    case DS_CODE_CUSTOMER_RECEIPT:
      explain_customer_receipt (report, trimmed, keys->device_key);
      break;
    case DS_CODE_WAYBILL_SHAPED:
      explain_attempt (report, terminated);
      break;
    case DS_CODE_TEXT:
      if (!explain_attempt (report, terminated))
        ds_report_add_finding (report, DS_EMV_INVALID, "", "text", "it is no code that Doorstep knows");
      break;
    case DS_CODE_WALLET_LINK:
    case DS_CODE_WEB_LINK:
    case DS_CODE_WIFI:
    case DS_CODE_CONTACT:
    case DS_CODE_PHONE:
    case DS_CODE_CRYPTO:
      break;
    }
  return report;
}
