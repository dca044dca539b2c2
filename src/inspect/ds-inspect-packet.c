/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A dispute packet (src/depot/books/ds-depot-packet.h): who said what about one payment, each word with its signature, checked
 * without anybody. */
#include "config.h"

#include "ds-encoding.h"
#include "ds-entry.h"
#include "ds-evidence.h"
#include "ds-inspect.h"
#include "ds-json.h"
#include "ds-jws.h"
#include "ds-key-chain.h"
#include "ds-money.h"

#include <string.h>

#define MAX_PACKET_BYTES (64 * 1024 * 1024)
#define DEPOT_KID "depot"
/* "2026-11-30 10:16:20 UTC" */
#define TIME_FORMAT "%Y-%m-%d %H:%M:%S UTC"

/* What has been found out. */
typedef struct
{
  json_t *packet;
  json_t *testimony; /* (nullable): once its signature holds */
  DsKey *depot_key;  /* that signed it, or should have */
  gint64 key_until_ms;
  DsKey *device_key;  /* (nullable): no handheld's journal tells of the payment */
  DsTrustList *trust; /* (nullable) */
  const char *payment_id;
  json_t *checks; /* [{"check","good","text"}] */
  json_t *story;  /* [{"at_ms","who","what"}] */
  gboolean bad;
} Packet;

static void
packet_clear (Packet *self)
{
  g_clear_pointer (&self->packet, json_decref);
  g_clear_pointer (&self->testimony, json_decref);
  g_clear_pointer (&self->depot_key, ds_key_unref);
  g_clear_pointer (&self->device_key, ds_key_unref);
  g_clear_pointer (&self->trust, ds_trust_list_unref);
  g_clear_pointer (&self->checks, json_decref);
  g_clear_pointer (&self->story, json_decref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Packet, packet_clear)

static const char *
get_text (json_t *object, const char *member)
{
  return json_string_value (json_object_get (object, member));
}

static gint64
get_number (json_t *object, const char *member)
{
  return json_integer_value (json_object_get (object, member));
}

/* One line, without what a terminal would take for a command. */
static char *
clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *line = g_string_new (NULL);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    g_string_append_unichar (line, g_unichar_isprint (g_utf8_get_char (at)) ? g_utf8_get_char (at) : ' ');
  return g_string_free (line, FALSE);
}

static void note (Packet *self, const char *check, gboolean good, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

static void
note (Packet *self, const char *check, gboolean good, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *valid = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  valid = clean (text);
  json_array_append_new (self->checks,
                         json_pack ("{s:s, s:b, s:s}", "check", check, "good", (int)good, "text", valid));
  self->bad = self->bad || !good;
}

static void tell (Packet *self, gint64 at_ms, const char *who, const char *format, ...) G_GNUC_PRINTF (4, 5);

static void
tell (Packet *self, gint64 at_ms, const char *who, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *valid = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  valid = clean (text);
  json_array_append_new (
      self->story, json_pack ("{s:I, s:s, s:s}", "at_ms", (json_int_t)at_ms, "who", who, "what", valid));
}

static const char *
format_fen (gint64 amount_fen, char text[DS_MONEY_TEXT_SIZE])
{
  return ds_money_format_grouped (amount_fen, text);
}

/* Reading */

/* Returns: (transfer full) (nullable) */
static json_t *
load_object (const char *path, GError **error)
{
  g_autofree char *contents = NULL;
  gsize n;

  return g_file_get_contents (path, &contents, &n, error)
             ? ds_json_parse_object (contents, n, MAX_PACKET_BYTES, error)
             : NULL;
}

/* The depot may have changed its key since, or before. @keys: (nullable): what binds its keys together, where that is not
 * in the packet */
static void
choose_key (Packet *self, DsKey *given, json_t *keys)
{
  json_t *own = json_object_get (self->packet, "keys");
  const char *testimony = get_text (self->packet, "testimony");
  g_autofree char *given_hex = ds_key_get_public_hex (given);
  g_autofree char *hex = NULL;

  self->depot_key = ds_key_chain_find (own, given, testimony, &self->key_until_ms);
  if (self->depot_key == NULL && keys != NULL)
    self->depot_key = ds_key_chain_find (keys, given, testimony, &self->key_until_ms);
  if (self->depot_key == NULL)
    self->depot_key = ds_key_ref (given);
  hex = ds_key_get_public_hex (self->depot_key);
  if (!g_str_equal (hex, given_hex))
    note (self, "keys", TRUE, "another key of the depot’s signed it, for which the given one vouches");
}

static gboolean
load (Packet *self, const char *path, DsKey *given, const char *keys_path, GError **error)
{
  g_autoptr (json_t) keys = NULL;
  const char *key_hex;

  self->packet = load_object (path, error);
  if (self->packet == NULL || (keys_path != NULL && (keys = load_object (keys_path, error)) == NULL))
    return FALSE;
  key_hex = get_text (self->packet, "depot_key");
  if (get_number (self->packet, "packet") != 1 || key_hex == NULL
      || get_text (self->packet, "testimony") == NULL)
    {
      g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                           "it is no dispute packet of a form that is known here");
      return FALSE;
    }
  self->key_until_ms = G_MAXINT64;
  if (given != NULL)
    choose_key (self, given, keys);
  else
    self->depot_key = ds_key_new_from_public_hex (key_hex, error);
  return self->depot_key != NULL;
}

/* Returns: (transfer full): the key that signed @jws: the depot's, or one before it, for which the testimony vouches. */
static DsKey *
find_key (Packet *self, const char *jws)
{
  json_t *hex;
  gsize i;

  json_array_foreach (json_object_get (self->testimony, "keys"), i, hex)
  {
    g_autoptr (DsKey) key
        = json_is_string (hex) ? ds_key_new_from_public_hex (json_string_value (hex), NULL) : NULL;

    if (key != NULL && ds_jws_verify (key, jws, -1, NULL, NULL, NULL))
      return g_steal_pointer (&key);
  }
  return ds_key_ref (self->depot_key);
}

/* Returns: (transfer full) (nullable): what the depot signed; %NULL after noting why not. */
static json_t *
read_word (Packet *self, const char *check, const char *jws)
{
  g_autoptr (DsKey) key = find_key (self, jws);
  g_autofree char *kid = NULL;
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (GError) error = NULL;
  json_t *word = NULL;

  if (ds_jws_verify (key, jws, -1, &kid, &payload, &error) && g_str_equal (kid, DEPOT_KID))
    word = ds_json_parse_object (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload),
                                 DS_JWS_MAX_BYTES, &error);
  if (word != NULL)
    note (self, check, TRUE, "the depot signed it");
  else
    note (self, check, FALSE, "it is not the depot’s: %s",
          error ? error->message : "somebody else signed it");
  return word;
}

/* The depot's word */

static gboolean
check_testimony (Packet *self)
{
  json_t *device;
  g_autoptr (GError) error = NULL;

  self->testimony = read_word (self, "testimony", get_text (self->packet, "testimony"));
  if (self->testimony == NULL)
    return FALSE;
  self->payment_id = get_text (self->testimony, "payment");
  device = json_object_get (self->testimony, "device");
  if (get_number (self->testimony, "at_ms") > self->key_until_ms)
    note (self, "keys", FALSE, "it was signed when its key was the depot’s no more");
  if (self->payment_id == NULL)
    {
      note (self, "testimony", FALSE, "it is about no payment");
      return FALSE;
    }
  if (!json_is_object (device))
    return TRUE;
  self->device_key = ds_key_new_from_public_hex (
      get_text (device, "public_key") ? get_text (device, "public_key") : "", &error);
  if (self->device_key == NULL)
    note (self, "testimony", FALSE, "the handheld’s key is no key: %s", error->message);
  return self->device_key != NULL;
}

static void
tell_testimony (Packet *self)
{
  json_t *record = json_object_get (self->testimony, "record");
  json_t *op = json_object_get (self->testimony, "operator");
  json_t *answer = json_object_get (op, "answer");
  char text[DS_MONEY_TEXT_SIZE];

  tell (self, get_number (self->testimony, "at_ms"), "depot",
        "It has the payment as %s, %s yuan, %s yuan given back", get_text (record, "state"),
        format_fen (get_number (record, "amount_fen"), text),
        format_fen (get_number (record, "refunded_fen"), (char[DS_MONEY_TEXT_SIZE]){ 0 }));
  if (json_is_object (answer))
    tell (self, get_number (op, "asked_at_ms"), "operator", "%s (%s) says %s, %s yuan, its number %s",
          get_text (op, "name"), get_text (op, "operator"), get_text (answer, "state"),
          format_fen (get_number (answer, "amount_fen"), text),
          get_text (answer, "operator_ref") ? get_text (answer, "operator_ref") : "none");
  else if (json_is_object (op))
    tell (self, get_number (op, "asked_at_ms"), "operator", "%s (%s) did not answer: %s",
          get_text (op, "name"), get_text (op, "operator"),
          get_text (op, "problem") ? get_text (op, "problem") : "");
}

/* Books and clerks, in the depot's own words. */
static void
tell_books (Packet *self)
{
  json_t *item, *booking;
  gsize i, k;

  json_array_foreach (json_object_get (self->testimony, "books"), i, item)
  {
    gint64 sum_fen = 0;
    gint64 debit_fen = 0;
    char text[DS_MONEY_TEXT_SIZE];

    json_array_foreach (json_object_get (item, "bookings"), k, booking)
    {
      gint64 amount_fen = get_number (booking, "amount_fen");

      if (!ds_money_add (sum_fen, amount_fen, &sum_fen))
        sum_fen = G_MAXINT64;
      debit_fen += amount_fen > 0 ? MIN (amount_fen, DS_MONEY_MAX_FEN) : 0;
    }
    if (sum_fen != 0)
      note (self, "books", FALSE, "the posting %s does not sum to zero", get_text (item, "key"));
    tell (self, get_number (item, "at_ms"), "books", "%s yuan booked (%s)", format_fen (debit_fen, text),
          get_text (item, "key"));
  }
  json_array_foreach (json_object_get (self->testimony, "acts"), i, item)
      tell (self, get_number (item, "at_ms"), "clerk", "%s: %s %s", get_text (item, "clerk"),
            get_text (item, "act"), get_text (item, "detail"));
  json_array_foreach (json_object_get (self->testimony, "cases"), i, item)
      tell (self, get_number (item, "at_ms"), "depot", "Case %" G_GINT64_FORMAT ": %s",
            get_number (item, "case"), get_text (item, "detail"));
}

/* The handheld's lines */

/* Returns: (nullable): the hash that the depot acknowledged under this number. */
static const char *
find_acknowledged (Packet *self, gint64 seq)
{
  json_t *item;
  gsize i;

  json_array_foreach (json_object_get (self->testimony, "entries"), i, item)
  {
    if (get_number (item, "seq") == seq)
      return get_text (item, "hash");
  }
  return NULL;
}

static void
check_evidence (Packet *self, const DsEntry *entry, const char *member, DsEvidenceKind kind)
{
  const char *text = get_text (entry->data, member);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = text != NULL ? ds_base64url_decode (text, -1, &error) : NULL;
  g_autoptr (DsEvidence) evidence = bytes != NULL ? ds_evidence_parse (bytes, &error) : NULL;
  DsEvidenceVerdict verdict;

  if (evidence == NULL || evidence->kind != kind)
    {
      note (self, member, FALSE, "it cannot be read: %s", error ? error->message : "it is something else");
      return;
    }
  if (self->trust == NULL)
    {
      note (self, member, FALSE, "nothing is here to check it by: the operators’ keys are missing");
      return;
    }
  verdict = ds_evidence_verify (evidence, self->trust, self->payment_id, get_text (self->testimony, "payee"),
                                get_number (json_object_get (self->testimony, "record"), "amount_fen"),
                                MAX (entry->at_ms / 1000, evidence->at_s));
  if (verdict == DS_EVIDENCE_OK)
    note (self, member, TRUE, "operator %s vouches for it", evidence->operator_id);
  else
    note (self, member, FALSE, "it does not hold: %s", ds_evidence_verdict_to_name (verdict));
}

static void
look_at_line (Packet *self, const DsEntry *entry)
{
  const char *acknowledged = find_acknowledged (self, entry->seq);
  char text[DS_MONEY_TEXT_SIZE];

  if (g_strcmp0 (get_text (entry->data, "payment"), self->payment_id) != 0)
    return;
  if (g_strcmp0 (acknowledged, entry->hash) != 0)
    note (self, "acknowledgement", FALSE, "the depot does not acknowledge line %" G_GINT64_FORMAT,
          entry->seq);
  if (json_is_integer (json_object_get (entry->data, "amount_fen")))
    tell (self, entry->at_ms, "handheld", "%s, %s yuan", entry->type,
          format_fen (get_number (entry->data, "amount_fen"), text));
  else
    tell (self, entry->at_ms, "handheld", "%s", entry->type);
  if (g_str_equal (entry->type, "payment.receipt"))
    check_evidence (self, entry, "receipt", DS_EVIDENCE_RECEIPT);
  else if (g_str_equal (entry->type, "payment.voucher"))
    check_evidence (self, entry, "voucher", DS_EVIDENCE_VOUCHER);
}

/* Returns: (transfer full) (nullable): why a line does not hold. @before: (nullable): the line before it */
static char *
check_line (Packet *self, const DsEntry *entry, const DsEntry *before)
{
  const char *device_id = get_text (json_object_get (self->testimony, "device"), "device");

  if (before != NULL && entry->seq <= before->seq)
    return g_strdup ("it stands behind a later one");
  if (before != NULL && entry->seq == before->seq + 1 && !g_str_equal (entry->prev, before->hash))
    return g_strdup ("it does not follow on the line before: one of them was altered or exchanged");
  if (g_strcmp0 (entry->device_id, device_id) != 0)
    return g_strdup ("it is of another handheld");
  if (self->device_key == NULL || !ds_entry_verify ((DsEntry *)entry, self->device_key))
    return g_strdup ("its signature is not the handheld’s");
  return NULL;
}

static void
check_journal (Packet *self)
{
  json_t *lines = json_object_get (self->packet, "journal");
  g_autoptr (DsEntry) before = NULL;
  guint n_about = 0;
  guint n_gaps = 0;
  json_t *line;
  gsize i;

  json_array_foreach (lines, i, line)
  {
    g_autoptr (GError) error = NULL;
    g_autoptr (DsEntry) entry
        = json_is_string (line)
              ? ds_entry_parse (json_string_value (line), (gssize)json_string_length (line), &error)
              : NULL;
    g_autofree char *problem
        = entry == NULL ? g_strdup ("it is no journal entry") : check_line (self, entry, before);

    if (problem != NULL)
      {
        note (self, "journal", FALSE, "line %u: %s", (guint)i + 1, problem);
        return;
      }
    n_gaps += before != NULL && entry->seq != before->seq + 1;
    n_about += g_strcmp0 (get_text (entry->data, "payment"), self->payment_id) == 0;
    look_at_line (self, entry);
    g_clear_pointer (&before, ds_entry_free);
    before = g_steal_pointer (&entry);
  }
  if (n_about != json_array_size (json_object_get (self->testimony, "entries")))
    note (self, "journal", FALSE, "the depot acknowledges %u lines about the payment, %u are here",
          (guint)json_array_size (json_object_get (self->testimony, "entries")), n_about);
  else
    note (self, "journal", TRUE, "%u lines, %u of them about the payment: signatures, numbers%s",
          (guint)json_array_size (lines), n_about,
          n_gaps == 0 ? " and chain hold" : " hold; the chain between them is left out");
}

/* What stands beside them */

static void
check_trust (Packet *self)
{
  const char *jws = get_text (self->packet, "trust");
  g_autoptr (DsKey) key = jws != NULL ? find_key (self, jws) : NULL;
  g_autoptr (GError) error = NULL;

  if (jws == NULL)
    return;
  self->trust = ds_trust_list_new_from_jws (jws, key, &error);
  if (self->trust != NULL)
    note (self, "operators", TRUE, "their keys are signed by the depot");
  else
    note (self, "operators", FALSE, "their keys are not the depot’s list: %s", error->message);
}

static void
check_statement (Packet *self)
{
  const char *jws = get_text (self->packet, "statement");
  g_autoptr (json_t) statement = jws != NULL ? read_word (self, "statement", jws) : NULL;
  json_t *line;
  gsize i;

  json_array_foreach (json_object_get (statement, "lines"), i, line)
  {
    if (g_strcmp0 (get_text (line, "payment"), self->payment_id) == 0)
      tell (self, get_number (statement, "at_ms"), "depot",
            "Statement of %s, version %" G_GINT64_FORMAT ": %s", get_text (statement, "accounting_date"),
            get_number (statement, "version"), get_text (line, "verdict"));
  }
}

static void
check_proofs (Packet *self)
{
  json_t *proofs = json_object_get (self->packet, "proofs");
  const char *sm3;
  json_t *text;

  json_object_foreach (proofs, sm3, text)
  {
    g_autoptr (GBytes) content
        = json_is_string (text) ? ds_base64url_decode (json_string_value (text), -1, NULL) : NULL;
    g_autofree char *digest
        = content != NULL ? ds_sm3_hex (g_bytes_get_data (content, NULL), g_bytes_get_size (content)) : NULL;

    if (g_strcmp0 (digest, sm3) == 0)
      note (self, "proof", TRUE, "%.16s…: %u bytes are what the journal names", sm3,
            (guint)g_bytes_get_size (content));
    else
      note (self, "proof", FALSE, "%.16s…: the bytes are others than the journal names", sm3);
  }
}

/* Printing */

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 difference = get_number (*(json_t **)a, "at_ms") - get_number (*(json_t **)b, "at_ms");

  return difference < 0 ? -1 : difference > 0;
}

static void
sort_story (Packet *self)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify)json_decref);
  json_t *item;
  gsize i;

  json_array_foreach (self->story, i, item) g_ptr_array_add (items, json_incref (item));
  g_ptr_array_sort (items, compare_times);
  json_array_clear (self->story);
  for (guint k = 0; k < items->len; k++)
    json_array_append (self->story, g_ptr_array_index (items, k));
}

static void
print_for_people (Packet *self, gboolean key_was_given)
{
  json_t *item;
  gsize i;

  ds_inspect_print ("Dispute packet about payment %s\n\n", self->payment_id ? self->payment_id : "(none)");
  json_array_foreach (self->checks, i, item)
      ds_inspect_print ("%s %s: %s\n", json_is_true (json_object_get (item, "good")) ? "good" : "BAD ",
                        get_text (item, "check"), get_text (item, "text"));
  ds_inspect_print ("\n");
  json_array_foreach (self->story, i, item)
  {
    g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (get_number (item, "at_ms") / 1000);
    g_autofree char *time = at != NULL ? g_date_time_format (at, TIME_FORMAT) : g_strdup ("(no time)");

    ds_inspect_print ("%s  %-8s  %s\n", time, get_text (item, "who"), get_text (item, "what"));
  }
  if (!key_was_given)
    ds_inspect_print (
        "\nThe depot’s key was taken from the packet itself. Compare it with the depot’s record, or give "
        "that with --key:\n%s\n",
        get_text (self->packet, "depot_key"));
}

DsInspectExit
ds_inspect_packet (int argc, char **argv)
{
  gboolean json = FALSE;
  g_autofree char *key_hex = NULL;
  g_autofree char *keys_path = NULL;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object", NULL },
    { "key", 0, 0, G_OPTION_ARG_STRING, &key_hex, "A public key of the depot’s", "HEX" },
    { "keys", 0, 0, G_OPTION_ARG_FILENAME, &keys_path,
      "What “doorstep-depot keys chain” printed, for a packet older than the key", "FILE" },
    G_OPTION_ENTRY_NULL,
  };
  g_auto (Packet) packet = { .checks = json_array (), .story = json_array () };
  g_autoptr (DsKey) key = NULL;
  g_autoptr (GError) error = NULL;

  if (!ds_inspect_parse_options (
          &argc, &argv, entries, "FILE",
          "Verifies a depot’s dispute packet: every signature, the chain of the lines, the "
          "evidence in them, and tells the payment’s story. Without --key the depot’s key is "
          "taken from the packet. The key may be an older or a newer one than that which signed: the "
          "packet says how they hang together, or --keys does."))
    return DS_INSPECT_USAGE;
  if (keys_path != NULL && key_hex == NULL)
    {
      ds_inspect_complain ("--keys needs the key that is known, with --key");
      return DS_INSPECT_USAGE;
    }
  if (argc != 2)
    {
      ds_inspect_complain ("name one packet");
      return DS_INSPECT_USAGE;
    }
  if (key_hex != NULL && (key = ds_inspect_read_key (key_hex)) == NULL)
    return DS_INSPECT_USAGE;
  if (!load (&packet, argv[1], key, keys_path, &error))
    {
      ds_inspect_complain ("%s: %s", argv[1], error->message);
      return g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT) ? DS_INSPECT_USAGE : DS_INSPECT_BAD;
    }

  if (check_testimony (&packet))
    {
      check_trust (&packet);
      check_journal (&packet);
      check_statement (&packet);
      check_proofs (&packet);
      tell_testimony (&packet);
      tell_books (&packet);
      sort_story (&packet);
    }
  if (json)
    {
      g_autoptr (json_t) report
          = json_pack ("{s:b, s:s?, s:b, s:O, s:O}", "good", (int)!packet.bad, "payment", packet.payment_id,
                       "key_was_given", (int)(key != NULL), "checks", packet.checks, "story", packet.story);
      g_autofree char *line = ds_json_to_line (report);

      ds_inspect_print ("%s\n", line);
    }
  else
    print_for_people (&packet, key != NULL);
  return packet.bad ? DS_INSPECT_BAD : DS_INSPECT_GOOD;
}
