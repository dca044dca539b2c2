/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shift seal on the courier's screen: seen by the browser's camera, in a picture, or typed by a scanner; and what else a
 * clerk looks for. */
#include "config.h"

#include "ds-desk-private.h"

#include "ds-decoder-process.h"
#include "ds-depot-lists.h"
#include "ds-depot-seal.h"
#include "ds-error.h"
#include "ds-shift-seal.h"

#include <string.h>

#define MAX_FORM_BYTES 16384
#define MAX_PICTURE_BYTES (4 * 1024 * 1024)
/* Pictures that wait for the decoder, which takes one at a time. */
#define MAX_PICTURES 8

/* Seals */

static void
add_comparison (DsDeskPage *page, const char *name, gint64 sealed_fen, gint64 known_fen)
{
  ds_desk_page_add (page, "<tr><th scope=\"row\">%s</th>", name);
  ds_desk_page_add_money_cell (page, sealed_fen);
  ds_desk_page_add_money_cell (page, known_fen);
  ds_desk_page_add (page,
                    sealed_fen == known_fen ? "<td class=\"state paid\">%s</td></tr>"
                                            : "<td class=\"state accepted\">%s</td></tr>",
                    sealed_fen == known_fen ? _ ("Agrees") : _ ("Has changed since"));
}

static gint64
get_total_fen (json_t *shift, const char *bucket)
{
  json_t *total;
  gsize i;

  json_array_foreach (json_object_get (shift, "totals"), i, total)
  {
    if (g_str_equal (ds_desk_text (total, "bucket"), bucket))
      return ds_desk_number (total, "amount_fen");
  }
  return 0;
}

/* The cash in it stays hidden from whoever is to count it. */
static void
send_seal (DsVisit *visit, const DsShiftSeal *seal, DsSealFinding finding, json_t *shift)
{
  DsDeskPage *page = visit->page;
  g_autofree char *part = ds_desk_escape_part (seal->shift_id);
  gboolean blind = ds_desk_is_blind (visit, shift);

  ds_visit_note (visit, "seal", seal->shift_id,
                 finding == DS_SEAL_HOLDS ? "holds" : "the journal is not here yet");
  ds_desk_begin_page (visit, _ ("Shift seal"));
  if (finding == DS_SEAL_HOLDS)
    ds_desk_page_add (page, "<p class=\"notice good\" role=\"status\">%s</p>",
                      _ ("The seal is the handheld’s, and the depot has its whole journal."));
  else
    ds_desk_page_add (
        page, "<p class=\"problem\" role=\"alert\">%s</p>",
        _ ("The seal is the handheld’s, but the depot does not have all of its journal yet. Let the "
           "courier bring the handheld online, then scan the seal again."));
  ds_desk_page_add (page, "<dl class=\"facts\">");
  ds_desk_page_add_fact (page, _ ("Courier"), ds_desk_text (shift, "name"));
  ds_desk_page_add (page, "<div><dt>%s</dt><dd>", _ ("Closed"));
  ds_desk_page_add_time (page, seal->at_s * 1000);
  ds_desk_page_add (page, "</dd></div></dl>");
  ds_desk_page_begin_table (page, _ ("The seal beside what the depot knows now"), 0x6, _ ("Kind"),
                            _ ("In the seal"), _ ("At the depot"), _ ("Standing"), NULL);
  add_comparison (page, _ ("Digital RMB"), seal->paid_fen, get_total_fen (shift, "digital"));
  if (!blind)
    add_comparison (page, _ ("Cash"), seal->cash_fen, get_total_fen (shift, "cash"));
  add_comparison (page, _ ("Offline, not settled"), seal->accepted_fen, get_total_fen (shift, "accepted"));
  add_comparison (page, _ ("Result unknown"), seal->uncertain_fen, get_total_fen (shift, "uncertain"));
  ds_desk_page_end_table (page);
  ds_desk_page_add (
      page, "<p class=\"no-print\"><a class=\"button main\" autofocus href=\"/desk/shift/%s%s\">%s</a></p>",
      part, blind ? "/count" : "", blind ? _ ("Count the cash") : _ ("Open the shift"));
  ds_visit_send_page (visit, SOUP_STATUS_OK);
}

void
ds_desk_follow_seal (DsVisit *visit, const char *text)
{
  DsDeskPage *page = visit->page;
  g_autofree char *trimmed = g_strstrip (g_strdup (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (DsShiftSeal) seal = ds_shift_seal_parse_text (trimmed, &error);
  g_autoptr (json_t) shift = NULL;
  DsSealFinding finding;

  if (seal == NULL)
    {
      ds_visit_refuse (
          visit, SOUP_STATUS_BAD_REQUEST, _ ("That is no shift seal"),
          _ ("A seal begins with DSS1: and is on the handheld’s screen after the shift is closed. Scan "
             "it again."));
      return;
    }
  if (!ds_depot_check_seal (visit->depot, seal, &finding, &error))
    {
      ds_visit_send_error (visit, error);
      return;
    }
  if (finding == DS_SEAL_IS_FORGED)
    {
      ds_visit_note (visit, "seal", seal->shift_id, "forged");
      ds_visit_refuse (
          visit, SOUP_STATUS_CONFLICT, _ ("This seal does not hold"),
          _ ("No handheld of this depot has signed it. Do not settle by it: have the courier show the "
             "seal on the handheld itself."));
      return;
    }
  shift = ds_depot_describe_shift (visit->depot, seal->shift_id, &error);
  if (shift != NULL)
    send_seal (visit, seal, finding, shift);
  else if (g_error_matches (error, DS_ERROR, DS_ERROR_NOT_FOUND))
    ds_visit_refuse (
        visit, SOUP_STATUS_NOT_FOUND, _ ("The depot does not know the shift yet"),
        _ ("The seal is good, but nothing of its shift has come in. Let the courier bring the handheld "
           "online, then scan the seal again."));
  else
    ds_visit_send_error (visit, error);
}

/* The page */

static void
answer_form (DsVisit *visit)
{
  DsDeskPage *page = visit->page;

  ds_desk_begin_page (visit, _ ("Shift seal"));
  ds_desk_page_add (
      page, "<p>%s</p>",
      _ ("After closing the shift, the handheld shows its seal as a code. Hold it before the camera, read "
         "it with a scanner that types, or take a picture of it."));
  ds_desk_page_add (
      page,
      "<section class=\"card\" id=\"camera\" data-token=\"%s\" data-off=\"%s\" data-looking=\"%s\""
      " data-away=\"%s\" data-found=\"%s\" hidden><h2>%s</h2>"
      "<p><button type=\"button\" class=\"main\" id=\"camera-on\">%s</button></p>"
      "<video id=\"camera-view\" playsinline muted hidden></video>"
      "<p role=\"status\" id=\"camera-words\"></p></section>",
      visit->session->csrf, _ ("The camera cannot be used here. Type the seal, or choose a picture."),
      _ ("Hold the seal before the camera…"), _ ("The depot does not answer."), _ ("Found."), _ ("Camera"),
      _ ("Switch the camera on"));
  ds_desk_page_add (page,
                    "<form class=\"card\" id=\"seal-form\" action=\"/desk/seal\" method=\"post\"><h2>%s</h2>",
                    _ ("Scanner or keyboard"));
  ds_desk_add_token (visit);
  ds_desk_page_add (
      page,
      "<p><label for=\"text\">%s</label><textarea id=\"text\" name=\"text\" rows=\"2\" maxlength=\"4096\""
      " required autofocus spellcheck=\"false\" autocomplete=\"off\"></textarea></p>"
      "<p><button class=\"main\">%s</button></p></form>",
      _ ("What the code says (DSS1:…)"), _ ("Check the seal"));
  ds_desk_page_add (
      page,
      "<section class=\"card\" id=\"picture-card\" hidden><h2>%s</h2><p><label for=\"picture\">%s</label>"
      "<input id=\"picture\" type=\"file\" accept=\"image/png,image/jpeg\" data-none=\"%s\"></p>"
      "<p role=\"status\" id=\"picture-words\"></p></section>",
      _ ("Picture"), _ ("A photograph of the code"),
      _ ("There is no seal in that picture. Take it from nearer, straight on and without glare; PNG or "
         "JPEG, at most 4 MiB."));
  ds_visit_send_page (visit, SOUP_STATUS_OK);
}

/* Pictures */

/* @symbols: (element-type DsSymbol). Returns: (nullable): the text of the first seal among them. */
static const char *
find_seal (GPtrArray *symbols)
{
  for (guint i = 0; i < symbols->len; i++)
    {
      const DsSymbol *symbol = g_ptr_array_index (symbols, i);

      if (g_str_has_prefix (symbol->text, DS_SEAL_PREFIX))
        return symbol->text;
    }
  return NULL;
}

/* A frame of the browser's camera, or a photograph: the answer is the seal's text, or nothing. */
static void
did_read_frame (GObject *source, GAsyncResult *result, gpointer user_data)
{
  DsVisit *visit = user_data;
  g_autoptr (DsReading) reading
      = ds_decoder_process_decode_finish (DS_DECODER_PROCESS (source), result, NULL);
  const char *seal = reading != NULL ? find_seal (reading->symbols) : NULL;
  g_autoptr (GBytes) bytes = seal != NULL ? g_bytes_new (seal, strlen (seal)) : g_bytes_new (NULL, 0);

  if (visit->desk != NULL)
    ds_desk_end_picture (visit->desk);
  if (ds_visit_is_awaited (visit))
    ds_visit_send_bytes (visit, seal != NULL ? SOUP_STATUS_OK : SOUP_STATUS_NO_CONTENT,
                         "text/plain; charset=utf-8", bytes);
  ds_visit_release (visit);
}

static void
answer_seal (DsVisit *visit)
{
  const char *text = ds_visit_get_form (visit, "text");

  ds_desk_follow_seal (visit, text != NULL ? text : "");
}

/* What pictures hold is read in a process that can do nothing else. */
static void
answer_frame (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  DsDecoderProcess *decoder = ds_desk_begin_picture (visit->desk, MAX_PICTURES);

  if (decoder == NULL)
    ds_visit_refuse (visit, SOUP_STATUS_SERVICE_UNAVAILABLE, _ ("That did not work"),
                     _ ("Others are scanning just now. Try again."));
  else
    ds_decoder_process_decode_picture_async (decoder, visit->body, NULL, did_read_frame,
                                             ds_visit_hold (visit));
}

/* Looking for something */

/* Returns: (transfer full) (nullable): where @what is. */
static char *
find (DsVisit *visit, const char *what)
{
  g_autofree char *part = ds_desk_escape_part (what);
  const char *number = *what == '#' ? what + 1 : what;
  g_autoptr (json_t) found = NULL;
  guint64 case_number;

  if (*number != '\0' && strlen (number) <= 6
      && g_ascii_string_to_unsigned (number, 10, 1, G_MAXINT, &case_number, NULL) && *what == '#')
    return g_strdup_printf ("/desk/case/%s", number);
  found = ds_depot_describe_shift (visit->depot, what, NULL);
  if (found != NULL)
    return g_strdup_printf ("/desk/shift/%s", part);
  found = ds_depot_describe_payment (visit->depot, what, NULL);
  if (found != NULL)
    return g_strdup_printf ("/desk/payment/%s", part);
  found = ds_depot_list_shifts (visit->depot, &(DsShiftFilter){ .courier_id = what }, 0, 1, NULL);
  if (found != NULL && json_array_size (found) > 0)
    return g_strdup_printf ("/desk/?courier=%s", part);
  g_clear_pointer (&found, json_decref);
  return NULL;
}

/* Returns: whether there is a payment for the waybill, or with the bank's number, and the visit is answered. */
static gboolean
send_payments (DsVisit *visit, const char *what)
{
  DsDeskPage *page = visit->page;
  g_autoptr (json_t) ids = ds_depot_find_payments (visit->depot, what, NULL);
  json_t *id;
  gsize i;

  if (json_array_size (ids) == 0)
    return FALSE;
  ds_desk_begin_page (visit, _ ("Payments"));
  ds_desk_page_add (page, "<p>%s</p><ul class=\"card\">", what);
  json_array_foreach (ids, i, id)
  {
    g_autofree char *part = ds_desk_escape_part (json_string_value (id));
    g_autoptr (json_t) payment = ds_depot_describe_payment (visit->depot, json_string_value (id), NULL);
    g_autofree char *money = ds_desk_format_money (ds_desk_number (payment, "amount_fen"));

    ds_desk_page_add (page, "<li><a href=\"/desk/payment/%s\">%s · %s · %s</a></li>", part, money,
                      ds_desk_word_for_tender (page, ds_desk_text (payment, "tender")),
                      ds_desk_word_for_state (page, ds_desk_text (payment, "state")));
  }
  ds_desk_page_add (page, "</ul>");
  ds_visit_send_page (visit, SOUP_STATUS_OK);
  return TRUE;
}

static void
answer_find (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  const char *typed = ds_visit_get_form (visit, "what");
  g_autofree char *what = g_strstrip (g_strdup (typed != NULL ? typed : ""));
  g_autofree char *path = NULL;

  if (g_str_has_prefix (what, DS_SEAL_PREFIX))
    {
      ds_desk_follow_seal (visit, what);
      return;
    }
  path = find (visit, what);
  if (path != NULL)
    ds_visit_redirect (visit, path);
  else if (!send_payments (visit, what))
    ds_visit_refuse (
        visit, SOUP_STATUS_NOT_FOUND, _ ("Nothing found"),
        _ ("Type a courier’s number, a payment or a shift as it is written here, a waybill, the bank’s "
           "number, or # and a case’s number; or scan a seal."));
}

const DsDeskRoute ds_desk_seal_routes[] = {
  { "GET", "/desk/seal", DS_DESK_FOR_READERS, 0, answer_form },
  { "POST", "/desk/seal", DS_DESK_FOR_READERS, MAX_FORM_BYTES, answer_seal },
  { "POST", "/desk/frame", DS_DESK_FOR_READERS, MAX_PICTURE_BYTES, answer_frame },
  { "POST", "/desk/find", DS_DESK_FOR_READERS, MAX_FORM_BYTES, answer_find },
  { NULL },
};
