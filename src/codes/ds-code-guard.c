/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-code-guard.h"

#include "ds-emv-cpm.h"
#include "ds-encoding.h"
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
  { "snssdk1128://", DS_CODE_WALLET_LINK, N_ ("Douyin") },
  { "imeituan://", DS_CODE_WALLET_LINK, N_ ("Meituan") },
  { "meituanwaimai://", DS_CODE_WALLET_LINK, N_ ("Meituan") },
  { "openapp.jdmobile://", DS_CODE_WALLET_LINK, N_ ("JD Pay") },
  { "https://", DS_CODE_WEB_LINK, NULL },
  { "http://", DS_CODE_WEB_LINK, NULL },
  { "wifi:", DS_CODE_WIFI, NULL },
  { "begin:vcard", DS_CODE_CONTACT, NULL },
  { "mecard:", DS_CODE_CONTACT, NULL },
  { "bizcard:", DS_CODE_CONTACT, NULL },
  { "tel:", DS_CODE_PHONE, NULL },
  { "sms:", DS_CODE_PHONE, NULL },
  { "smsto:", DS_CODE_PHONE, NULL },
  { "bitcoin:", DS_CODE_CRYPTO, NULL },
  { "ethereum:", DS_CODE_CRYPTO, NULL },
  { "litecoin:", DS_CODE_CRYPTO, NULL },
  { "tron:", DS_CODE_CRYPTO, NULL },
  { "bc1", DS_CODE_CRYPTO, NULL },
  /* The sandbox operators' collection codes; a real operator's look like its own links. */
  { "SBX1:", DS_CODE_COLLECTION, N_ ("Sandbox") },
  /* EMVCo merchant-presented: the payload format indicator stands first and is 01. */
  { "000201", DS_CODE_COLLECTION, NULL },
};

/* Domains whose every link is that shop's or wallet's own. */
static const struct
{
  const char *domain;
  const char *whose;
} domains[] = {
  { "wechatpay.cn", N_ ("WeChat Pay") }, { "tenpay.com", N_ ("WeChat Pay") }, { "alipay.com", N_ ("Alipay") },
  { "95516.com", N_ ("UnionPay") },      { "unionpay.com", N_ ("UnionPay") }, { "douyin.com", N_ ("Douyin") },
  { "douyinpay.com", N_ ("Douyin") },    { "meituan.com", N_ ("Meituan") },   { "jdpay.com", N_ ("JD Pay") },
};

/* Card networks by the registered part of their application ids (ISO/IEC 7816-5). */
static const struct
{
  const char *rid; /* in hexadecimal */
  const char *whose;
} networks[] = {
  { "a000000333", N_ ("UnionPay") },         { "a000000003", N_ ("Visa") },
  { "a000000004", N_ ("Mastercard") },       { "a000000065", N_ ("JCB") },
  { "a000000025", N_ ("American Express") },
};

#define QUOTE_MAX_CHARACTERS 24

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

/* Returns: (nullable): whose link it is, by the end of its host's name. */
static const char *
find_owner_of_link (const char *link)
{
  g_autoptr (GUri) uri = g_uri_parse (link, G_URI_FLAGS_PARSE_RELAXED, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  gsize n = host != NULL ? strlen (host) : 0;

  for (gsize i = 0; i < G_N_ELEMENTS (domains); i++)
    {
      gsize domain_n = strlen (domains[i].domain);

      if (n >= domain_n && g_ascii_strcasecmp (host + n - domain_n, domains[i].domain) == 0
          && (n == domain_n || host[n - domain_n - 1] == '.'))
        return domains[i].whose;
    }
  return NULL;
}

static const char *
find_network (const char *text)
{
  g_autoptr (DsEmvCpm) code = ds_emv_cpm_read (text);
  const DsEmvCpmObject *aid = ds_emv_cpm_find (code, "61-4F");
  g_autofree char *hex = NULL;
  gsize n;
  const guint8 *bytes;

  if (aid == NULL)
    return NULL;
  bytes = g_bytes_get_data (aid->value, &n);
  hex = ds_hex_encode (bytes, n);
  for (gsize i = 0; i < G_N_ELEMENTS (networks); i++)
    if (g_str_has_prefix (hex, networks[i].rid))
      return networks[i].whose;
  return NULL;
}

/* A bare address: hexadecimal of 20 bytes (Ethereum), or Base58 that begins as Bitcoin's and Tron's do. Base58 has both
 * cases, which waybills have not. */
static gboolean
is_crypto_address (const char *text)
{
  gsize n = strlen (text);
  gboolean has_lower = FALSE;

  if (n == 42 && begins_with (text, "0x"))
    return text[2 + strspn (text + 2, "0123456789abcdefABCDEF")] == '\0';
  if (n < 26 || n > 35 || (*text != '1' && *text != '3' && *text != 'T'))
    return FALSE;
  for (const char *at = text; *at != '\0'; at++)
    {
      if (!g_ascii_isalnum (*at) || strchr ("0OIl", *at) != NULL)
        return FALSE;
      has_lower = has_lower || g_ascii_islower (*at);
    }
  return has_lower;
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
  if (g_str_has_prefix (trimmed, DS_CUSTOMER_RECEIPT_PREFIX))
    {
      sighting->kind = DS_CODE_CUSTOMER_RECEIPT;
      return;
    }

  sighting->payer = ds_payer_code_classify (trimmed, sighting->operator_id);
  if (sighting->payer != DS_PAYER_CODE_NONE)
    {
      sighting->kind = DS_CODE_PAYER;
      sighting->whose
          = sighting->payer == DS_PAYER_CODE_EMV_CPM ? find_network (trimmed) : payer_name (sighting->payer);
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (begins_with (trimmed, prefixes[i].prefix))
      {
        sighting->kind = prefixes[i].kind;
        sighting->whose = prefixes[i].whose;
        if (sighting->kind == DS_CODE_WEB_LINK)
          sighting->whose = find_owner_of_link (trimmed);
        if (sighting->whose != NULL && sighting->kind == DS_CODE_WEB_LINK)
          sighting->kind = DS_CODE_WALLET_LINK;
        return;
      }
  if (is_crypto_address (trimmed))
    {
      sighting->kind = DS_CODE_CRYPTO;
      return;
    }
  sighting->kind = is_waybill_shaped (trimmed) ? DS_CODE_WAYBILL_SHAPED : DS_CODE_TEXT;
}

char *
ds_code_guard_quote (const char *text)
{
  g_autoptr (GString) quoted = g_string_new (NULL);
  guint n = 0;

  g_return_val_if_fail (text != NULL, NULL);

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      GUnicodeType type = g_unichar_type (c);

      if (g_unichar_isspace (c))
        c = ' ';
      /* Cf has the bidirectional marks and the joiners without a width. */
      else if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_LINE_SEPARATOR
               || type == G_UNICODE_PARAGRAPH_SEPARATOR || !g_unichar_isprint (c))
        continue;
      if (c == ' ' && (quoted->len == 0 || quoted->str[quoted->len - 1] == ' '))
        continue;
      if (n++ == QUOTE_MAX_CHARACTERS)
        {
          if (quoted->str[quoted->len - 1] == ' ')
            g_string_truncate (quoted, quoted->len - 1);
          g_string_append (quoted, "…");
          break;
        }
      g_string_append_unichar (quoted, c);
    }
  return g_strchomp (g_string_free (g_steal_pointer (&quoted), FALSE));
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
    [DS_CODE_CUSTOMER_RECEIPT] = "customer-receipt",
    [DS_CODE_PAYER] = "payer",
    [DS_CODE_COLLECTION] = "collection",
    [DS_CODE_WALLET_LINK] = "wallet-link",
    [DS_CODE_WEB_LINK] = "web-link",
    [DS_CODE_WIFI] = "wifi",
    [DS_CODE_CONTACT] = "contact",
    [DS_CODE_PHONE] = "phone",
    [DS_CODE_CRYPTO] = "crypto",
    [DS_CODE_WAYBILL_SHAPED] = "waybill-shaped",
    [DS_CODE_TEXT] = "text",
  };

  g_return_val_if_fail ((gsize)kind < G_N_ELEMENTS (names), NULL);
  return names[kind];
}
