/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is saved from the desk: tables, statements on paper, and the depot's signed word. */
#include "config.h"

#include "ds-desk-private.h"

#include "ds-depot-lists.h"
#include "ds-error.h"

#include <string.h>

/* The shift whose files are wanted, unless its cash is to be counted first: all of them say what there should be. */
static json_t *
load_shift (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) shift = ds_depot_describe_shift (visit->depot, visit->path_part, &error);

  if (shift == NULL)
    ds_visit_send_error (visit, error);
  else if (ds_desk_is_blind (visit, shift))
    ds_visit_refuse (
        visit, SOUP_STATUS_CONFLICT, _ ("Count first"),
        _ ("The files say how much cash there should be. They can be saved once it is counted."));
  else
    return g_steal_pointer (&shift);
  return NULL;
}

void
ds_desk_send_file (DsVisit *visit, const char *about, const char *type, const char *name, GBytes *bytes)
{
  ds_visit_note (visit, "download", about, name);
  ds_visit_send_file (visit, type, name, bytes);
}

/* @ending: ".csv" */
static void
send_shift_file (DsVisit *visit, const char *type, const char *ending, GBytes *bytes)
{
  g_autofree char *name = g_strconcat ("shift-", visit->path_part, ending, NULL);

  ds_desk_send_file (visit, visit->path_part, type, name, bytes);
}

static void
answer_statement (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  g_autoptr (json_t) shift = load_shift (visit);
  const char *jws = ds_desk_text (shift, "jws");
  g_autoptr (GBytes) bytes = jws != NULL ? g_bytes_new (jws, strlen (jws)) : NULL;

  if (bytes != NULL)
    send_shift_file (visit, "application/jose", ".jws", bytes);
  else if (shift != NULL)
    ds_visit_refuse (visit, SOUP_STATUS_NOT_FOUND, _ ("There is nothing here"),
                     _ ("It is made when the shift is closed and the operators have answered."));
}

DsDepotLanguage
ds_desk_get_language (DsVisit *visit)
{
  return visit->page->language == DS_DESK_CHINESE ? DS_DEPOT_LANGUAGE_ZH : DS_DEPOT_LANGUAGE_EN;
}

static void
answer_csv (DsVisit *visit)
{
  g_autoptr (json_t) shift = load_shift (visit);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = shift ? ds_depot_export_shift_csv (visit->depot, visit->path_part,
                                                                ds_desk_get_language (visit), &error)
                                   : NULL;

  if (bytes != NULL)
    send_shift_file (visit, "text/csv; charset=utf-8", ".csv", bytes);
  else if (shift != NULL)
    ds_visit_send_error (visit, error);
}

static void
did_draw (GObject *source, GAsyncResult *result, gpointer user_data)
{
  DsVisit *visit = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = ds_depot_export_shift_pdf_finish (DS_DEPOT (source), result, &error);

  if (ds_visit_is_awaited (visit) && bytes != NULL)
    send_shift_file (visit, "application/pdf", ".pdf", bytes);
  else if (ds_visit_is_awaited (visit))
    ds_visit_send_error (visit, error);
  ds_visit_release (visit);
}

static void
answer_pdf (DsVisit *visit)
{
  g_autoptr (json_t) shift = load_shift (visit);

  if (shift != NULL)
    ds_depot_export_shift_pdf_async (visit->depot, visit->path_part, ds_desk_get_language (visit), NULL,
                                     did_draw, ds_visit_hold (visit));
}

const DsDeskRoute ds_desk_file_routes[] = {
  { "GET", "/desk/shift/*/csv", DS_DESK_FOR_READERS, 0, answer_csv, TRUE },
  { "GET", "/desk/shift/*/pdf", DS_DESK_FOR_READERS, 0, answer_pdf, TRUE },
  { "GET", "/desk/shift/*/statement", DS_DESK_FOR_READERS, 0, answer_statement, TRUE },
  { NULL },
};
