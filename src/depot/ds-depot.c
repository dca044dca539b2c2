/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-depot-monitor.h"
#include "ds-depot-private.h"

#include "ds-books.h"
#include "ds-error.h"
#include "ds-json.h"

#include <errno.h>
#include <glib/gstdio.h>

#define REFRESH_S 3600
#define LOOK_AT_CERTIFICATE_S (12 * 3600)
#define MIN_FREE_MIB 256
#define OPERATOR_SILENT_S 300

G_DEFINE_FINAL_TYPE (DsDepot, ds_depot, G_TYPE_OBJECT)

enum
{
  CERTIFICATE_RENEWED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

void
ds_depot_close (DsDepot *self)
{
  g_return_if_fail (DS_IS_DEPOT (self));

  g_clear_handle_id (&self->refresh_source, g_source_remove);
  g_clear_pointer (&self->http, ds_depot_http_free);
  g_clear_pointer (&self->intake, ds_depot_intake_free);
  g_clear_pointer (&self->service, ds_depot_service_free);
  if (self->closing != NULL)
    g_cancellable_cancel (self->closing);
  g_clear_pointer (&self->work, ds_depot_work_free);
  g_clear_pointer (&self->monitor, ds_depot_monitor_free);
  g_clear_pointer (&self->feed, ds_feed_free);
  g_clear_pointer (&self->db, ds_db_close);
}

static void
ds_depot_dispose (GObject *object)
{
  DsDepot *self = DS_DEPOT (object);

  ds_depot_close (self);
  g_clear_object (&self->closing);
  g_clear_object (&self->clock);
  g_clear_object (&self->random);
  g_clear_pointer (&self->operators, g_ptr_array_unref);
  g_clear_pointer (&self->trust, ds_trust_list_unref);

  G_OBJECT_CLASS (ds_depot_parent_class)->dispose (object);
}

static void
ds_depot_finalize (GObject *object)
{
  DsDepot *self = DS_DEPOT (object);

  g_clear_pointer (&self->authority, ds_authority_free);
  g_clear_pointer (&self->keys, g_ptr_array_unref);
  g_clear_pointer (&self->key, ds_key_unref);
  g_clear_pointer (&self->settings, json_decref);
  g_free (self->directory);

  G_OBJECT_CLASS (ds_depot_parent_class)->finalize (object);
}

static void
ds_depot_class_init (DsDepotClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ds_depot_dispose;
  G_OBJECT_CLASS (klass)->finalize = ds_depot_finalize;

  /**
   * DsDepot::certificate-renewed:
   * @self: the depot
   *
   * ds_authority_get_server_certificate() gives another one: whatever else listens with it listens anew.
   */
  signals[CERTIFICATE_RENEWED] = g_signal_new ("certificate-renewed", DS_TYPE_DEPOT, G_SIGNAL_RUN_LAST, 0,
                                               NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ds_depot_init (DsDepot *self)
{
  self->closing = g_cancellable_new ();
  self->keys = ds_depot_keys_new ();
  self->health.min_free_mib = MIN_FREE_MIB;
  self->payout_days = 1;
  self->health.operator_silent_s = OPERATOR_SILENT_S;
  self->health.was_ready = TRUE;
}

/* Opening */

static gboolean
open_directory (DsDepot *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->directory, "depot.db", NULL);

  if (g_mkdir_with_parents (self->directory, 0700) != 0)
    {
      int problem = errno;

      g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "The directory “%s” cannot be made: %s",
                   self->directory, g_strerror (problem));
      return FALSE;
    }
  /* First of all: it keeps a second process out. */
  self->db = ds_db_open (path, error);
  if (self->db == NULL || !ds_depot_sql_migrate (self->db, error))
    return FALSE;
  ds_db_begin_log (self->db);
  return ds_books_prepare (self->db, error);
}

static void
did_get_news (const char *courier_id, gpointer user_data)
{
  DsDepot *self = user_data;

  if (self->service != NULL)
    ds_depot_service_tell (self->service, courier_id);
}

gboolean
ds_depot_renew_certificate (DsDepot *self, gint64 now_s, GError **error)
{
  gboolean renewed;

  if (!ds_authority_renew (self->authority, now_s, &renewed, error))
    return FALSE;
  if (!renewed)
    return TRUE;
  ds_depot_monitor_say (self->monitor, G_LOG_LEVEL_MESSAGE, "certificate-renewed", json_object ());
  if (!ds_depot_http_take_certificate (self->http, error))
    return FALSE;
  g_signal_emit (self, signals[CERTIFICATE_RENEWED], 0);
  return TRUE;
}

/* A depot may run on for longer than its certificate lasts. That goes by the real time, as its makers count. */
static void
look_at_certificate (DsDepot *self)
{
  gint64 now_s = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (GError) error = NULL;

  if (ABS (now_s - self->certificate_looked_at_s) < LOOK_AT_CERTIFICATE_S)
    return;
  self->certificate_looked_at_s = now_s;
  if (!ds_depot_renew_certificate (self, now_s, &error))
    ds_depot_monitor_say (self->monitor, G_LOG_LEVEL_WARNING, "certificate-not-renewed",
                          json_pack ("{s:s}", "text", error->message));
}

static gboolean
refresh (gpointer user_data)
{
  look_at_certificate (user_data);
  /* Not done now, it is done an hour later: handhelds live with a list of some days. */
  ds_depot_refresh_trust (user_data, NULL);
  return G_SOURCE_CONTINUE;
}

static void
did_change_key (DsOperator *op, gpointer depot)
{
  DsDepot *self = depot;

  /* Not done now, it is done with the hourly look. */
  if (self->db != NULL)
    ds_depot_refresh_trust (self, NULL);
}

static gboolean
open_parts (DsDepot *self, const char *host, GError **error)
{
  if (!open_directory (self, error) || !ds_depot_load_keys (self, error))
    return FALSE;
  self->certificate_looked_at_s = g_get_real_time () / G_USEC_PER_SEC;
  self->authority = ds_authority_open (self->directory, host, self->certificate_looked_at_s, error);
  if (self->authority == NULL)
    return FALSE;
  self->feed = ds_feed_new (self->db, self->clock, did_get_news, self, error);
  if (self->feed == NULL)
    return FALSE;
  self->monitor = ds_depot_monitor_new (self);
  self->work = ds_depot_work_new (self, error);
  if (self->work == NULL)
    return FALSE;
  self->intake = ds_depot_intake_new (self);
  self->service = ds_depot_service_new (self);
  self->http = ds_depot_http_new (self);
  return ds_depot_load_settings (self, error) && ds_depot_refresh_trust (self, error);
}

DsDepot *
ds_depot_new (const char *directory,
              const char *host,
              GPtrArray *operators,
              DsClock *clock,
              DsRandom *random,
              GError **error)
{
  g_autoptr (DsDepot) self = NULL;

  g_return_val_if_fail (directory != NULL && operators != NULL, NULL);
  g_return_val_if_fail (DS_IS_CLOCK (clock) && DS_IS_RANDOM (random), NULL);

  self = g_object_new (DS_TYPE_DEPOT, NULL);
  self->directory = g_strdup (directory);
  self->operators = g_ptr_array_ref (operators);
  self->clock = g_object_ref (clock);
  self->random = g_object_ref (random);
  if (!open_parts (self, host, error))
    return NULL;
  for (guint i = 0; i < operators->len; i++)
    g_signal_connect_object (g_ptr_array_index (operators, i), "key-changed", G_CALLBACK (did_change_key),
                             self, 0);
  self->refresh_source = ds_clock_add_timeout (clock, REFRESH_S * 1000, refresh, self);
  ds_depot_work_start (self->work);
  return g_steal_pointer (&self);
}

gboolean
ds_depot_listen (DsDepot *self, gboolean everywhere, guint16 port, GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->http != NULL, FALSE);

  ds_depot_intake_start_threads (self->intake);
  return ds_depot_http_listen (self->http, everywhere, port, error);
}

const char *
ds_depot_get_address (DsDepot *self)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->http != NULL, NULL);

  return ds_depot_http_get_address (self->http);
}

gboolean
ds_depot_set_line (DsDepot *self, gboolean up, GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->http != NULL, FALSE);

  return ds_depot_http_set_line (self->http, up, error);
}

DsAuthority *
ds_depot_get_authority (DsDepot *self)
{
  g_return_val_if_fail (DS_IS_DEPOT (self), NULL);

  return self->authority;
}

DsKey *
ds_depot_get_key (DsDepot *self)
{
  g_return_val_if_fail (DS_IS_DEPOT (self), NULL);

  return self->key;
}

static const char *
get_payee (DsDepot *self, const char *member)
{
  return json_string_value (json_object_get (json_object_get (self->settings, "payee"), member));
}

const char *
ds_depot_get_payee_id (DsDepot *self)
{
  g_return_val_if_fail (DS_IS_DEPOT (self), NULL);

  return get_payee (self, "id");
}

const char *
ds_depot_get_payee_name (DsDepot *self)
{
  g_return_val_if_fail (DS_IS_DEPOT (self), NULL);

  return get_payee (self, "name");
}

gboolean
ds_depot_get_practice (DsDepot *self)
{
  g_return_val_if_fail (DS_IS_DEPOT (self), FALSE);

  return json_is_true (json_object_get (self->settings, "practice"));
}

void
ds_depot_wake (DsDepot *self)
{
  g_return_if_fail (DS_IS_DEPOT (self) && self->work != NULL);

  ds_depot_work_start (self->work);
}

gboolean
ds_depot_is_idle (DsDepot *self)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->work != NULL, TRUE);

  return ds_depot_work_is_idle (self->work);
}

/* What the parts share */

gint64
ds_depot_now_ms (DsDepot *self)
{
  return ds_clock_get_wall_ms (self->clock);
}

gboolean
ds_depot_begin (DsDepot *self, GError **error)
{
  return ds_db_begin (self->db, error);
}

gboolean
ds_depot_commit (DsDepot *self, GError **error)
{
  const DsClerkAct *act = g_steal_pointer (&self->act);

  if (act != NULL && !ds_depot_write_act (self, act, error))
    {
      ds_depot_rollback (self);
      return FALSE;
    }
  if (!ds_db_commit (self->db, error))
    {
      ds_feed_forget (self->feed);
      return FALSE;
    }
  ds_feed_announce (self->feed);
  ds_depot_work_wake (self->work);
  return TRUE;
}

void
ds_depot_rollback (DsDepot *self)
{
  ds_db_rollback (self->db);
  ds_feed_forget (self->feed);
}

json_t *
ds_depot_end (DsDepot *self, json_t *answer, GError **error)
{
  g_autoptr (json_t) own = answer;

  if (own == NULL)
    {
      ds_depot_rollback (self);
      return NULL;
    }
  return ds_depot_commit (self, error) ? g_steal_pointer (&own) : NULL;
}

gboolean
ds_depot_post (DsDepot *self, const char *key, const DsPosting *posting, GError **error)
{
  return posting->n == 0
         || ds_books_post (self->db, key, ds_depot_now_ms (self), posting->bookings, posting->n, NULL, error);
}

DsOperator *
ds_depot_find_operator (DsDepot *self, const char *operator_id)
{
  for (guint i = 0; i < self->operators->len; i++)
    {
      DsOperator *op = g_ptr_array_index (self->operators, i);

      if (g_strcmp0 (ds_operator_get_id (op), operator_id) == 0)
        return op;
    }
  return NULL;
}

gint64
ds_depot_get_setting (DsDepot *self, const char *group, const char *name)
{
  return json_integer_value (json_object_get (json_object_get (self->settings, group), name));
}

/* Books */

static gboolean
add_operators (DsDepot *self, json_t *books, GError **error)
{
  json_t *operators = json_object ();
  DsQuery *query = ds_depot_sql_query (self->db, error,
                                       "SELECT operator, count (*), sum (booked_fen), sum (refunded_fen),"
                                       " sum (red_packet_fen), sum (red_packet_refunded_fen) FROM payment"
                                       " WHERE booked_fen > 0 AND tender <> 'cash' GROUP BY operator",
                                       "");
  gboolean row;

  json_object_set_new (books, "operators", operators);
  while (query != NULL)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return FALSE;
      if (!row)
        {
          ds_db_reset (query);
          return TRUE;
        }
      json_object_set_new (operators, ds_db_column_text (query, 0),
                           json_pack ("{s:I, s:I, s:I, s:I, s:I}", "count",
                                      (json_int_t)ds_db_column_int (query, 1), "paid_fen",
                                      (json_int_t)ds_db_column_int (query, 2), "refunded_fen",
                                      (json_int_t)ds_db_column_int (query, 3), "red_packet_fen",
                                      (json_int_t)ds_db_column_int (query, 4), "red_packet_refunded_fen",
                                      (json_int_t)ds_db_column_int (query, 5)));
    }
  return FALSE;
}

static gboolean
add_incidents (DsDepot *self, json_t *books, GError **error)
{
  json_t *incidents = json_array ();
  DsQuery *query = ds_depot_sql_query (
      self->db, error, "SELECT kind, subject, at_ms, detail FROM incident ORDER BY number", "");
  gboolean row;

  json_object_set_new (books, "incidents", incidents);
  while (query != NULL)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return FALSE;
      if (!row)
        {
          ds_db_reset (query);
          return TRUE;
        }
      json_array_append_new (incidents,
                             json_pack ("{s:s, s:s, s:I, s:s}", "kind", ds_db_column_text (query, 0),
                                        "subject", ds_db_column_text (query, 1), "at_ms",
                                        (json_int_t)ds_db_column_int (query, 2), "detail",
                                        ds_db_column_text (query, 3)));
    }
  return FALSE;
}

json_t *
ds_depot_books_to_json (DsDepot *self, GError **error)
{
  g_autoptr (json_t) books = NULL;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  books = ds_books_to_json (self->db, error);
  if (books == NULL || !add_operators (self, books, error) || !add_incidents (self, books, error))
    return NULL;
  return g_steal_pointer (&books);
}
