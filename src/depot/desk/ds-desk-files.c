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

/* Sends a file of a shift and records it. @ending: ".csv" */
static void
send_shift_file (DsVisit *visit, const char *type, const char *ending, GBytes *bytes)
{
  g_autofree char *name = g_strconcat ("shift-", visit->path_part, ending, NULL);

  ds_visit_note (visit, "download", visit->path_part, name);
  ds_visit_send_file (visit, type, name, bytes);
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

const DsDeskRoute ds_desk_file_routes[] = {
  { "GET", "/desk/shift/*/statement", DS_DESK_FOR_READERS, 0, answer_statement },
  { NULL },
};
