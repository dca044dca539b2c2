/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journals: what a handheld has, what the depot holds of it, what stands apart, and what is on a card. */
#include "config.h"

#include "sim.h"

#include "ds-entry.h"
#include "ds-sealed-file.h"

#include <string.h>

#define PEACE_REQUESTS 200
#define PEACE_REQUESTS_A_MINUTE 10

GPtrArray *
sim_split_lines (const char *text)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  const char *end;

  for (; (end = strchr (text, '\n')) != NULL; text = end + 1)
    g_ptr_array_add (lines, g_strndup (text, (gsize)(end - text)));
  return lines;
}

static GPtrArray *
load_depot_lines (SimHandheld *handheld, gboolean apart)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = ds_depot_load_journal (handheld->sim->depot, handheld->device_id, apart, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return sim_split_lines (text);
}

/* How many lines of two journals are the same. */
static guint
count_common (GPtrArray *lines, GPtrArray *others)
{
  guint n = 0;

  while (n < lines->len && n < others->len
         && strcmp (g_ptr_array_index (lines, n), g_ptr_array_index (others, n)) == 0)
    n++;
  return n;
}

static gboolean
contains (GPtrArray *lines, const char *line)
{
  return g_ptr_array_find_with_equal_func (lines, line, g_str_equal, NULL);
}

/* Of one that was copied, what is not held stands apart. */
gboolean
sim_log_is_whole (SimHandheld *handheld)
{
  g_autoptr (GPtrArray) own = sim_handheld_load_lines (handheld);
  g_autoptr (GPtrArray) held = load_depot_lines (handheld, FALSE);
  g_autoptr (GPtrArray) apart = load_depot_lines (handheld, TRUE);

  for (guint i = count_common (own, held); i < own->len; i++)
    {
      if (!contains (apart, g_ptr_array_index (own, i)))
        return FALSE;
    }
  return TRUE;
}

/* Two of one identity end each other's waiting: once they know, they need not do so all the time. */
static void
check_peace (SimHandheld *handheld)
{
  Sim *self = handheld->sim;
  gint64 minutes = (self->time->now_ms - handheld->frozen_ms) / SIM_MINUTE_MS;
  guint n_sent = sim_network_get_n_sent (handheld->network) - handheld->n_sent_before;

  if (handheld->frozen_ms > 0 && n_sent > PEACE_REQUESTS + PEACE_REQUESTS_A_MINUTE * minutes)
    sim_violated (self, "%s asked the depot %u times within %d minutes of being frozen", handheld->who,
                  n_sent, (int)minutes);
}

static void
check_copied (SimHandheld *handheld, GPtrArray *own, GPtrArray *held)
{
  Sim *self = handheld->sim;
  gint64 forks_at
      = sim_get_depot_number (self, "SELECT forks_at FROM device WHERE id = ?", handheld->device_id);

  if (!sim_log_is_whole (handheld))
    sim_violated (self, "%s: lines are neither held nor kept apart", handheld->who);
  if (count_common (own, held) < own->len && forks_at == 0)
    sim_violated (self, "%s: the depot does not know that its journal forks", handheld->who);
  if (forks_at > 0 && !sim_handheld_is_frozen (handheld))
    sim_violated (self, "%s: its journal forks and it is not frozen", handheld->who);
  check_peace (handheld);
}

/* Cards */

static void
add_card_lines (Sim *self, const char *path, GPtrArray *lines)
{
  g_autofree char *bytes = NULL;
  g_autoptr (GBytes) file = NULL;
  g_autoptr (GArray) records = NULL;
  g_autoptr (GError) error = NULL;
  gsize n, rest;

  g_file_get_contents (path, &bytes, &n, &error);
  g_assert_no_error (error);
  file = g_bytes_new (bytes, n);
  records = ds_sealed_file_open (ds_depot_get_key (self->depot), file, &rest, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < records->len; i++)
    {
      const DsSealedRecord *record = &g_array_index (records, DsSealedRecord, i);
      g_autofree char *text = NULL;
      g_autoptr (GPtrArray) more = NULL;

      if (record->kind != DS_SEALED_LINES)
        continue;
      text = g_strndup (g_bytes_get_data (record->content, NULL), g_bytes_get_size (record->content));
      more = sim_split_lines (text);
      g_ptr_array_extend_and_steal (lines, g_steal_pointer (&more));
    }
}

static GPtrArray *
load_card_lines (SimHandheld *handheld)
{
  g_autoptr (GPtrArray) paths = sim_list_card (handheld);
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < paths->len; i++)
    add_card_lines (handheld->sim, g_ptr_array_index (paths, i), lines);
  return lines;
}

void
sim_check_card (SimHandheld *handheld)
{
  Sim *self = handheld->sim;
  g_autoptr (GPtrArray) own = sim_handheld_load_lines (handheld);
  g_autoptr (GPtrArray) held = load_depot_lines (handheld, FALSE);
  g_autoptr (GPtrArray) card = load_card_lines (handheld);

  for (guint i = count_common (own, held); i < own->len; i++)
    {
      /* What a restored depot forgot, a card that came later never had. */
      if (!self->rolled_back && !contains (card, g_ptr_array_index (own, i)))
        sim_violated (self, "%s: entry %u is neither at the depot nor on the card", handheld->who, i + 1);
    }
}

/* All that is on the card is at the depot, unless what comes before it is nowhere any more. */
static void
check_dead (SimHandheld *handheld, GPtrArray *held)
{
  Sim *self = handheld->sim;
  g_autoptr (GPtrArray) card = load_card_lines (handheld);

  for (guint i = 0; i < card->len; i++)
    {
      const char *line = g_ptr_array_index (card, i);
      g_autoptr (GError) error = NULL;
      g_autoptr (DsEntry) entry = NULL;

      if (contains (held, line))
        continue;
      entry = ds_entry_parse (line, -1, &error);
      g_assert_no_error (error);
      if (!self->rolled_back || entry->seq <= (gint64)held->len + 1)
        sim_violated (self, "%s: entry %d is on the card and not at the depot, which holds %u", handheld->who,
                      (int)entry->seq, held->len);
    }
}

static void
check_log (SimHandheld *handheld)
{
  Sim *self = handheld->sim;
  g_autoptr (GPtrArray) held = load_depot_lines (handheld, FALSE);
  g_autoptr (GPtrArray) own = NULL;

  if (handheld->dead)
    {
      check_dead (handheld, held);
      return;
    }
  own = sim_handheld_load_lines (handheld);
  if (handheld->copied)
    check_copied (handheld, own, held);
  else if (own->len != held->len || count_common (own, held) < own->len)
    sim_violated (self, "%s: the depot holds %u lines, %u of them of the %u it has", handheld->who, held->len,
                  count_common (own, held), own->len);
}

void
sim_check_logs (Sim *self)
{
  /* A copied one may speak of what the other did, and a restored depot not know that any more. */
  g_autofree char *refused = sim_get_depot_text (
      self, "SELECT type || ': ' || refused FROM entry WHERE refused IS NOT NULL AND device <> ?",
      self->copied ? self->copied->device_id : "");
  gint64 n_apart = sim_get_depot_number (self, "SELECT count (*) FROM fork_entry", NULL);

  if (refused != NULL)
    sim_violated (self, "the depot refused an entry: %s", refused);
  for (; n_apart > 0; n_apart--)
    sim_tally (SIM_TALLY_LINES_APART);
  for (guint i = 0; i < self->handhelds->len; i++)
    check_log (g_ptr_array_index (self->handhelds, i));
}

gint64
sim_sum_journalled_cash_fen (Sim *self, const char *courier)
{
  g_autoptr (GError) error = NULL;
  DsQuery *query = ds_depot_sql_query (self->depot->db, &error,
                                       "SELECT line FROM entry JOIN device ON device.id = entry.device"
                                       " WHERE courier = ? AND type = 'payment.cash'",
                                       "s", courier);
  gint64 sum_fen = 0;
  gboolean row;

  g_assert_no_error (error);
  while (ds_db_step (self->depot->db, query, &row, &error) && row)
    {
      g_autoptr (DsEntry) entry = ds_entry_parse (ds_db_column_text (query, 0), -1, &error);

      g_assert_no_error (error);
      sum_fen += json_integer_value (json_object_get (entry->data, "amount_fen"));
    }
  g_assert_no_error (error);
  ds_db_reset (query);
  return sum_fen;
}
