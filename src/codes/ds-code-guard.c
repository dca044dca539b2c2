/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-code-guard.h"

#include "ds-enrol-code.h"
#include "ds-evidence.h"

#include <glib/gi18n.h>
#include <string.h>

/* No QR code in alphanumeric or byte mode holds more characters (ISO/IEC 18004 table 7), and nothing of ours is
 * written otherwise. */
#define MAX_CHARACTERS 4296
#define MAX_BYTES (MAX_CHARACTERS * 4)

#define WAYBILL_MIN 6
#define WAYBILL_MAX 32
#define WAYBILL_MIN_DIGITS 4

/* Compared without regard to case: schemes and hosts are written in capitals to make the symbol smaller. */
static const struct
{
  const char *prefix;
  DsCodeKind kind;
  const char *whose;
} prefixes[] = {
  { "wxp://", DS_CODE_WALLET_LINK, N_ ("WeChat Pay") },
  { "weixin://", DS_CODE_WALLET_LINK, N_ ("WeChat Pay") },
  { "https://wx.tenpay.com/", DS_CODE_WALLET_LINK, N_ ("WeChat Pay") },
  { "https://payapp.wechatpay.cn/", DS_CODE_WALLET_LINK, N_ ("WeChat Pay") },
  { "https://payapp.weixin.qq.com/", DS_CODE_WALLET_LINK, N_ ("WeChat Pay") },
  { "https://qr.alipay.com/", DS_CODE_WALLET_LINK, N_ ("Alipay") },
  { "https://ds.alipay.com/", DS_CODE_WALLET_LINK, N_ ("Alipay") },
  { "https://render.alipay.com/", DS_CODE_WALLET_LINK, N_ ("Alipay") },
  { "alipays://", DS_CODE_WALLET_LINK, N_ ("Alipay") },
  { "alipayqr://", DS_CODE_WALLET_LINK, N_ ("Alipay") },
  { "https://qr.95516.com/", DS_CODE_WALLET_LINK, N_ ("UnionPay") },
  { "upwallet://", DS_CODE_WALLET_LINK, N_ ("UnionPay") },
  { "https://", DS_CODE_WEB_LINK, NULL },
  { "http://", DS_CODE_WEB_LINK, NULL },
  { "wifi:", DS_CODE_WIFI, NULL },
  { "begin:vcard", DS_CODE_CONTACT, NULL },
  { "mecard:", DS_CODE_CONTACT, NULL },
  /* The sandbox operators' collection codes; a real operator's look like its own links. */
  { "SBX1:", DS_CODE_COLLECTION, N_ ("Sandbox") },
  /* EMVCo merchant-presented: the payload format indicator stands first and is 01. */
  { "000201", DS_CODE_COLLECTION, NULL },
};

static gboolean
begins_with (const char *text, const char *prefix)
{
  return g_ascii_strncasecmp (text, prefix, strlen (prefix)) == 0;
}

static const char *
payer_name (DsPayerCodeKind kind)
{
  switch (kind)
    {
    case DS_PAYER_CODE_ECNY:
      return N_ ("e-CNY");
    case DS_PAYER_CODE_WECHAT:
      return N_ ("WeChat Pay");
    case DS_PAYER_CODE_ALIPAY:
      return N_ ("Alipay");
    case DS_PAYER_CODE_UNIONPAY:
      return N_ ("UnionPay");
    case DS_PAYER_CODE_NONE:
    case DS_PAYER_CODE_EMV_CPM:
      break;
    }
  return NULL;
}

/* Text that a person could have meant: UTF-8 of a bearable length without control characters. A decoder that met
 * a NUL or a byte of no character set wrote U+FFFD for it. */
static gboolean
is_rubbish (const char *text)
{
  gsize n = strnlen (text, MAX_BYTES + 1);
  gsize characters = 0;

  if (n > MAX_BYTES || !g_utf8_validate (text, (gssize)n, NULL))
    return TRUE;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (++characters > MAX_CHARACTERS || c == 0xFFFD
          || (g_unichar_iscntrl (c) && c != '\t' && c != '\r' && c != '\n'))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_waybill_shaped (const char *text)
{
  gsize n = 0;
  gsize digits = 0;

  for (; text[n] != '\0' && n <= WAYBILL_MAX; n++)
    {
      if (!g_ascii_isalnum (text[n]) && text[n] != '-')
        return FALSE;
      digits += g_ascii_isdigit (text[n]) ? 1 : 0;
    }
  return n >= WAYBILL_MIN && n <= WAYBILL_MAX && digits >= WAYBILL_MIN_DIGITS;
}

void
ds_code_guard_look (const char *text, DsCodeSighting *sighting)
{
  g_autofree char *trimmed = NULL;

  g_return_if_fail (text != NULL);
  g_return_if_fail (sighting != NULL);

  memset (sighting, 0, sizeof *sighting);
  if (is_rubbish (text))
    {
      sighting->kind = DS_CODE_RUBBISH;
      return;
    }

  /* A scan engine that plays keyboard ends its codes with Enter or Tab. */
  trimmed = g_strstrip (g_strdup (text));
  if (*trimmed == '\0')
    {
      sighting->kind = DS_CODE_EMPTY;
      return;
    }
  if (ds_evidence_text_is_evidence (trimmed))
    {
      sighting->kind = DS_CODE_EVIDENCE;
      return;
    }
  if (ds_enrol_code_text_is_enrolment (trimmed))
    {
      sighting->kind = DS_CODE_ENROLMENT;
      return;
    }
  if (g_str_has_prefix (trimmed, DS_SEAL_PREFIX))
    {
      sighting->kind = DS_CODE_SEAL;
      return;
    }

  sighting->payer = ds_payer_code_classify (trimmed, sighting->operator_id);
  if (sighting->payer != DS_PAYER_CODE_NONE)
    {
      sighting->kind = DS_CODE_PAYER;
      sighting->whose = payer_name (sighting->payer);
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (begins_with (trimmed, prefixes[i].prefix))
      {
        sighting->kind = prefixes[i].kind;
        sighting->whose = prefixes[i].whose;
        return;
      }
  sighting->kind = is_waybill_shaped (trimmed) ? DS_CODE_WAYBILL_SHAPED : DS_CODE_TEXT;
}

const char *
ds_code_kind_to_name (DsCodeKind kind)
{
  static const char *const names[] = {
    [DS_CODE_EMPTY] = "empty",
    [DS_CODE_RUBBISH] = "rubbish",
    [DS_CODE_EVIDENCE] = "evidence",
    [DS_CODE_ENROLMENT] = "enrolment",
    [DS_CODE_SEAL] = "seal",
    [DS_CODE_PAYER] = "payer",
    [DS_CODE_COLLECTION] = "collection",
    [DS_CODE_WALLET_LINK] = "wallet-link",
    [DS_CODE_WEB_LINK] = "web-link",
    [DS_CODE_WIFI] = "wifi",
    [DS_CODE_CONTACT] = "contact",
    [DS_CODE_WAYBILL_SHAPED] = "waybill-shaped",
    [DS_CODE_TEXT] = "text",
  };

  g_return_val_if_fail ((gsize)kind < G_N_ELEMENTS (names), NULL);
  return names[kind];
}
