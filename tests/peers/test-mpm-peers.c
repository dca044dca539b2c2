/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EMVCo MPM against npm packages: they read what we write, and we read what they write. */
#include "config.h"

#include "draw.h"
#include "mpm-case.h"
#include "node-peers.h"

#include <string.h>

typedef enum
{
  READS,  /* the fields it reads */
  CHECKS, /* what it says of the check */
  WRITES, /* the code it writes */
} Aspect;

static gboolean
has_beyond_ascii (const MpmCase *code)
{
  return !g_str_is_ascii (code->text);
}

static gboolean
has_beyond_bmp (const MpmCase *code)
{
  for (const char *at = code->text; *at != '\0'; at = g_utf8_next_char (at))
    if (g_utf8_get_char (at) > 0xFFFF)
      return TRUE;
  return FALSE;
}

static gboolean
has_primitive_account (const MpmCase *code)
{
  const char *path;
  json_t *value;

  json_object_foreach (code->fields, path, value)
  {
    if (strlen (path) == 2 && strcmp (path, "02") >= 0 && strcmp (path, "25") <= 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
has_percentage (const MpmCase *code)
{
  return json_object_get (code->fields, "57") != NULL;
}

/* Since version 1.1. */
static gboolean
has_tax_number_or_channel (const MpmCase *code)
{
  return json_object_get (code->fields, "62-10") != NULL || json_object_get (code->fields, "62-11") != NULL;
}

static gboolean
has_zero_in_check (const MpmCase *code)
{
  return g_str_has_prefix (json_string_value (json_object_get (code->fields, "63")), "0");
}

static gboolean
has_two_zeros_in_check (const MpmCase *code)
{
  return g_str_has_prefix (json_string_value (json_object_get (code->fields, "63")), "00");
}

#define HEAD "00020126190015cn.example.test"
#define REST "5204421553031565802CN5912TEST COURIER6008SHANGHAI"

/* "6303A7C": the check is 0A7C. */
static gboolean
has_short_check (const char *written)
{
  gsize n = strlen (written);

  return n > 8 && strncmp (written + n - 8, "6304", 4) != 0
         && g_strrstr_len (written + n - 8, -1, "630") != NULL;
}

/* What peers do wrong, each with an example; in it #### is counted up until the code is one that the error touches.
 * Whatever a rule touches is not asked of that peer. */
static const struct
{
  const char *peer;
  Aspect aspect;
  const char *what;
  gboolean (*touches) (const MpmCase *code);
  const char *example;
  gboolean (*touches_written) (const char *text); /* (nullable): seen only in what it wrote */
} peer_errors[] = {
  { "promptparse", READS, "counts UTF-16 units as characters", has_beyond_bmp,
    HEAD REST "64130002zh0103𠮷家店" },
  { "promptparse", CHECKS, "sums UTF-16 units instead of UTF-8", has_beyond_ascii,
    HEAD REST "64120002zh0102快递" },
  { "promptparse", WRITES, "sums UTF-16 units instead of UTF-8", has_beyond_ascii,
    HEAD REST "64120002zh0102快递" },
  { "emvco-qr-sdk", READS, "counts UTF-16 units as characters", has_beyond_bmp,
    HEAD REST "64130002zh0103𠮷家店" },
  { "emvco-qr-sdk", CHECKS, "sums UTF-16 units instead of UTF-8", has_beyond_ascii,
    HEAD REST "64120002zh0102快递" },
  { "emvqr", READS, "counts UTF-16 units as characters", has_beyond_bmp, HEAD REST "64130002zh0103𠮷家店" },
  { "emvqr", READS, "takes accounts 02 to 25 apart as templates", has_primitive_account,
    "00020104080123456X" REST },
  { "emvqr", CHECKS, "drops two leading zeros of the check", has_two_zeros_in_check, HEAD REST "6104####" },
  { "emv-qrcps", READS, "counts UTF-16 units as characters", has_beyond_bmp,
    HEAD REST "64130002zh0103𠮷家店" },
  { "emv-qrcps", READS, "takes accounts 02 to 25 apart as templates", has_primitive_account,
    "00020104080123456X" REST },
  { "emv-qrcps", READS, "forgets a fee in percent", has_percentage, HEAD REST "550203570500.50" },
  { "emv-qrcps", READS, "calls a function it does not have for 62-10 and 62-11", has_tax_number_or_channel,
    HEAD REST "62071103521" },
  { "emv-qrcps", WRITES, "drops leading zeros of the check", has_zero_in_check, HEAD REST "6104####",
    has_short_check },
  { "emv-qrcps", WRITES, "counts UTF-16 units as characters", has_beyond_bmp,
    HEAD REST "64130002zh0103𠮷家店" },
  { "emv-qrcps", WRITES, "writes accounts 02 to 25 as templates", has_primitive_account,
    "00020104080123456X" REST },
  { "emv-qrcps", WRITES, "forgets a fee in percent", has_percentage, HEAD REST "550203570500.50" },
  /* Its own codes only; the example is further down. */
  { "ts-khqr", WRITES, "puts back at most two leading zeros of the check", NULL, NULL, has_short_check },
};

static gboolean
is_excused (const char *peer, Aspect aspect, const MpmCase *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (peer_errors); i++)
    if (strcmp (peer_errors[i].peer, peer) == 0 && peer_errors[i].aspect == aspect
        && peer_errors[i].touches_written == NULL && peer_errors[i].touches (code))
      return TRUE;
  return FALSE;
}

static gboolean
is_excused_written (const char *peer, const char *text)
{
  for (gsize i = 0; i < G_N_ELEMENTS (peer_errors); i++)
    if (strcmp (peer_errors[i].peer, peer) == 0 && peer_errors[i].touches_written != NULL
        && peer_errors[i].touches_written (text))
      return TRUE;
  return FALSE;
}

static json_t *
read_with (NodePeers *peers, const char *peer, const MpmCase *code)
{
  return node_peers_ask (peers,
                         json_pack ("{s:s, s:s, s:s}", "does", "read-mpm", "peer", peer, "text", code->text));
}

/* Returns: (transfer full) (nullable): what is wrong with what @peer wrote. */
static char *
find_fault_in_written (json_t *answer, json_t *wanted_fields)
{
  const char *text = json_string_value (json_object_get (answer, "text"));
  g_autoptr (DsEmvMpm) read = NULL;
  g_autoptr (json_t) fields = NULL;
  const DsEmvFinding *finding;

  if (text == NULL)
    return g_strdup (json_string_value (json_object_get (answer, "error")));
  read = ds_emv_mpm_read (text);
  finding = ds_emv_findings_get_gravest (read->findings);
  if (ds_emv_mpm_get_verdict (read) == DS_EMV_INVALID)
    return g_strdup_printf ("%s: %s %s", text, finding->path, finding->detail);
  fields = mpm_case_list_fields (read);
  json_object_del (fields, "63");
  return json_equal (fields, wanted_fields) ? NULL : g_strdup (text);
}

/* Returns: (transfer full) (nullable): the fault, @excused if it is a known one. */
static char *
find_fault_in_writing (NodePeers *peers, const char *peer, const MpmCase *code, gboolean *excused)
{
  g_autoptr (json_t) fields = json_copy (code->fields);
  g_autoptr (json_t) answer = NULL;
  const char *text;

  json_object_del (fields, "63");
  answer = node_peers_ask (
      peers, json_pack ("{s:s, s:s, s:O}", "does", "write-mpm", "peer", peer, "fields", fields));
  text = json_string_value (json_object_get (answer, "text"));
  *excused = is_excused (peer, WRITES, code) || (text != NULL && is_excused_written (peer, text));
  return find_fault_in_written (answer, fields);
}

static void
check_reading (NodePeers *peers, const char *peer, const MpmCase *code, Campaign *campaign)
{
  g_autoptr (json_t) answer = NULL;
  const char *error;

  if (is_excused (peer, READS, code))
    return;
  campaign->n_cases++;
  answer = read_with (peers, peer, code);
  error = json_string_value (json_object_get (answer, "error"));
  if (is_excused (peer, CHECKS, code))
    {
      /* What throws over the check gives no fields either. */
      if (error == NULL && !json_equal (json_object_get (answer, "fields"), code->fields))
        campaign_violated (campaign, "%s reads %s otherwise", peer, code->text);
      return;
    }
  if (error != NULL)
    campaign_violated (campaign, "%s refuses %s: %s", peer, code->text, error);
  else if (!json_equal (json_object_get (answer, "fields"), code->fields))
    campaign_violated (campaign, "%s reads %s otherwise", peer, code->text);
  else if (json_is_false (json_object_get (answer, "check")))
    campaign_violated (campaign, "%s does not believe the check of %s", peer, code->text);
}

static void
test_they_read (gconstpointer data)
{
  NodePeers *peers = (NodePeers *)data;
  static const char *const names[] = { "promptparse", "emvco-qr-sdk", "emv-qrcps", "emvqr" };
  Campaign campaigns[] = { { .name = "mpm-promptparse" },
                           { .name = "mpm-emvco-qr-sdk" },
                           { .name = "mpm-emv-qrcps" },
                           { .name = "mpm-emvqr" } };
  guint n = campaign_get_n_cases (2000);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MpmCase) code = mpm_case_draw ();

      for (gsize j = 0; j < G_N_ELEMENTS (names); j++)
        check_reading (peers, names[j], code, &campaigns[j]);
    }
  for (gsize j = 0; j < G_N_ELEMENTS (names); j++)
    campaign_end (&campaigns[j]);
}

static void
test_they_write (gconstpointer data)
{
  NodePeers *peers = (NodePeers *)data;
  static const char *const names[] = { "promptparse", "emv-qrcps" };
  Campaign campaigns[] = { { .name = "mpm-written-by-promptparse" }, { .name = "mpm-written-by-emv-qrcps" } };
  guint n = campaign_get_n_cases (2000);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MpmCase) code = mpm_case_draw ();

      for (gsize j = 0; j < G_N_ELEMENTS (names); j++)
        {
          gboolean excused;
          g_autofree char *fault = find_fault_in_writing (peers, names[j], code, &excused);

          if (excused)
            continue;
          campaigns[j].n_cases++;
          if (fault != NULL)
            campaign_violated (&campaigns[j], "%s: %s", names[j], fault);
        }
    }
  for (gsize j = 0; j < G_N_ELEMENTS (names); j++)
    campaign_end (&campaigns[j]);
}

/* Returns: whether @peer is wrong about @code in @aspect. */
static gboolean
is_wrong (NodePeers *peers, const char *peer, Aspect aspect, const MpmCase *code)
{
  g_autoptr (json_t) answer = NULL;
  g_autofree char *fault = NULL;
  gboolean excused;

  if (aspect == WRITES)
    {
      fault = find_fault_in_writing (peers, peer, code, &excused);
      return fault != NULL && excused;
    }
  answer = read_with (peers, peer, code);
  if (json_object_get (answer, "error") != NULL)
    return TRUE;
  return aspect == CHECKS ? json_is_false (json_object_get (answer, "check"))
                          : !json_equal (json_object_get (answer, "fields"), code->fields);
}

/* The check of this code is 000A, which ts-khqr writes 00A. */
static void
check_khqr_error (NodePeers *peers, Campaign *campaign)
{
  g_autoptr (json_t) answer = node_peers_ask (
      peers, json_pack ("{s:s, s:s, s:{s:s, s:s, s:s, s:s}}", "does", "write-mpm", "peer", "ts-khqr",
                        "fields", "tag", "29", "accountID", "name325284647128@bank", "merchantName",
                        "325284647128", "merchantCity", "Phnom Penh"));
  const char *text = json_string_value (json_object_get (answer, "text"));

  campaign->n_cases++;
  if (text == NULL || !has_short_check (text))
    campaign_violated (campaign, "ts-khqr writes the zeros of a check right now: take it off the list");
}

static void
test_peer_errors (gconstpointer data)
{
  NodePeers *peers = (NodePeers *)data;
  Campaign campaign = { .name = "mpm-known-errors-of-peers" };

  for (gsize i = 0; i < G_N_ELEMENTS (peer_errors); i++)
    {
      g_autoptr (MpmCase) code = NULL;

      if (peer_errors[i].example == NULL)
        continue;
      for (guint n = 0; n < 10000 && (code == NULL || !peer_errors[i].touches (code)); n++)
        {
          g_autoptr (GString) body = g_string_new (peer_errors[i].example);
          g_autofree char *number = g_strdup_printf ("%04u", n);

          g_string_replace (body, "####", number, 0);
          g_clear_pointer (&code, mpm_case_free);
          code = mpm_case_new_sealed (body->str);
        }
      g_assert_true (peer_errors[i].touches (code));
      campaign.n_cases++;
      g_test_message ("%s %s: %s", peer_errors[i].peer, peer_errors[i].what, code->text);
      if (!is_wrong (peers, peer_errors[i].peer, peer_errors[i].aspect, code))
        campaign_violated (&campaign, "%s no longer %s: take it off the list", peer_errors[i].peer,
                           peer_errors[i].what);
    }
  check_khqr_error (peers, &campaign);
  campaign_end (&campaign);
}

/* A national scheme's code as @peer writes it from @details has each of @wanted. Both are taken. */
static void
check_scheme (NodePeers *peers, Campaign *campaign, const char *peer, json_t *details, json_t *wanted)
{
  g_autoptr (json_t) answer = node_peers_ask (
      peers, json_pack ("{s:s, s:s, s:o}", "does", "write-mpm", "peer", peer, "fields", details));
  const char *text = json_string_value (json_object_get (answer, "text"));
  g_autoptr (DsEmvMpm) code = ds_emv_mpm_read (text != NULL ? text : "");
  const DsEmvFinding *finding = ds_emv_findings_get_gravest (code->findings);
  const char *path;
  json_t *value;

  if (text != NULL && is_excused_written (peer, text))
    {
      json_decref (wanted);
      return;
    }
  campaign->n_cases++;
  if (text == NULL)
    campaign_violated (campaign, "%s refuses: %s", peer,
                       json_string_value (json_object_get (answer, "error")));
  else if (ds_emv_mpm_get_verdict (code) == DS_EMV_INVALID)
    campaign_violated (campaign, "%s: %s: %s %s", peer, text, finding->path, finding->detail);
  else
    json_object_foreach (wanted, path, value)
    {
      if (g_strcmp0 (ds_emv_mpm_get (code, path), json_string_value (value)) != 0)
        campaign_violated (campaign, "%s: %s: %s is not %s", peer, text, path, json_string_value (value));
    }
  json_decref (wanted);
}

static void
draw_schemes (NodePeers *peers, Campaign *campaign)
{
  g_autofree char *name = draw_text (DRAW_DIGITS, draw_number (1, 20));
  g_autofree char *number = draw_text (DRAW_DIGITS, draw_number (6, 19));
  g_autofree char *phone = draw_text (DRAW_DIGITS, 9);
  g_autofree char *mobile = g_strconcat ("0", phone, NULL);
  g_autofree char *account = g_strdup_printf ("000697041601%02u%s", (guint)strlen (number), number);
  g_autofree char *thai = g_strconcat ("0066", phone, NULL);
  guint yuan = draw_number (1, 999999);
  guint fen = draw_number (0, 99);
  double amount = yuan + fen / 100.0;
  g_autofree char *text = g_strdup_printf ("%u.%02u", yuan, fen);
  g_autofree char *integer = g_strdup_printf ("%u", yuan);
  g_autofree char *consumer = g_strconcat ("name", name, "@bank", NULL);

  check_scheme (
      peers, campaign, "pix-utils",
      json_pack ("{s:{s:s, s:s, s:s, s:f}}", "static", "merchantName", "FULANO DE TAL", "merchantCity",
                 "SAO PAULO", "pixKey", number, "transactionAmount", amount),
      json_pack ("{s:s, s:s, s:s, s:s}", "26-01", number, "54", text, "58", "BR", "59", "FULANO DE TAL"));
  check_scheme (peers, campaign, "vietnam-qr-pay",
                json_pack ("{s:s, s:s, s:s, s:s}", "bankBin", "970416", "bankNumber", number, "amount",
                           integer, "purpose", name),
                json_pack ("{s:s, s:s, s:s, s:s}", "38-00", "A000000727", "38-01", account, "54", integer,
                           "62-08", name));
  check_scheme (peers, campaign, "ts-khqr",
                json_pack ("{s:s, s:s, s:s, s:s}", "tag", "29", "accountID", consumer, "merchantName", name,
                           "merchantCity", "Phnom Penh"),
                json_pack ("{s:s, s:s, s:s}", "29-00", consumer, "59", name, "58", "KH"));
  check_scheme (peers, campaign, "promptparse-any-id",
                json_pack ("{s:s, s:s, s:f}", "type", "MSISDN", "target", mobile, "amount", amount),
                json_pack ("{s:s, s:s, s:s}", "29-01", thai, "54", text, "58", "TH"));
  check_scheme (peers, campaign, "promptparse-bill",
                json_pack ("{s:s, s:s, s:s, s:f}", "billerId", "099400016550100", "ref1", name, "ref2",
                           number, "amount", amount),
                json_pack ("{s:s, s:s, s:s}", "30-02", name, "30-03", number, "54", text));
}

static void
test_schemes (gconstpointer data)
{
  Campaign campaign = { .name = "mpm-national-schemes" };
  guint n = campaign_get_n_cases (500);

  for (guint i = 0; i < n; i++)
    draw_schemes ((NodePeers *)data, &campaign);
  campaign_end (&campaign);
}

int
main (int argc, char **argv)
{
  g_autofree char *why_not = NULL;
  /* Before the test is isolated: npm wants a home and its settings. */
  g_autoptr (NodePeers) peers = node_peers_start (&why_not);

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  if (peers == NULL)
    return node_peers_skip (why_not);
  g_test_add_data_func ("/mpm-peers/they-read", peers, test_they_read);
  g_test_add_data_func ("/mpm-peers/they-write", peers, test_they_write);
  g_test_add_data_func ("/mpm-peers/errors", peers, test_peer_errors);
  g_test_add_data_func ("/mpm-peers/schemes", peers, test_schemes);
  return g_test_run ();
}
