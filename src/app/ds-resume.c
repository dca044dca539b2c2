/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-resume.h"

#include "ds-bucket-page.h"
#include "ds-cash-page.h"
#include "ds-close-page.h"
#include "ds-code-page.h"
#include "ds-collect-page.h"
#include "ds-digest-page.h"
#include "ds-durable-file.h"
#include "ds-help-page.h"
#include "ds-home-page.h"
#include "ds-load-page.h"
#include "ds-map-page.h"
#include "ds-open-shift-page.h"
#include "ds-order-page.h"
#include "ds-outcome-page.h"
#include "ds-override-page.h"
#include "ds-proof-page.h"
#include "ds-receipt-page.h"
#include "ds-result-page.h"
#include "ds-safety-page.h"
#include "ds-scan-page.h"
#include "ds-scan-test-page.h"
#include "ds-seal-page.h"
#include "ds-self-check-page.h"
#include "ds-settings-page.h"
#include "ds-shifts-page.h"
#include "ds-spoken-page.h"
#include "ds-statement-page.h"
#include "ds-stop-page.h"
#include "ds-task.h"

#include <string.h>

struct _DsResume
{
  GObject parent;

  DsNavigator *navigator; /* (nullable): borrowed, until the end */
  DsSession *session;
  GCancellable *cancellable;

  DsTrail *trail; /* (nullable): as it was kept by the run before, then the way back */
  gboolean reading;
  gboolean begun;
  gboolean following;

  DsPage *page; /* (nullable): weak, the page in front */
  char *kept;   /* (nullable): the text in the file, or on its way there */
  guint idle_id;
  gboolean writing;
};

G_DEFINE_FINAL_TYPE (DsResume, ds_resume, G_TYPE_OBJECT)

static char *
get_path (DsResume *self)
{
  return g_build_filename (ds_session_get_directory (self->session), DS_STORE_PLACE_FILE, NULL);
}

/* Payments */

/* A code that was asked for and never shown has been nobody's business. */
static gboolean
was_shown_or_taken (const DsPayment *payment)
{
  return payment->tender != DS_TENDER_CODE || payment->source != DS_CODE_SOURCE_NONE;
}

/* Returns: (transfer none) (nullable): the newest payment of the shift. */
static DsPayment *
find_newest (DsSession *session, DsShift *shift)
{
  GPtrArray *stops = ds_route_get_stops (ds_session_get_route (session));
  DsPayment *newest = NULL;

  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);

      for (guint p = 0; p < stop->payments->len; p++)
        {
          DsPayment *payment = g_ptr_array_index (stop->payments, p);

          if (g_strcmp0 (payment->shift_id, shift->id) == 0 && was_shown_or_taken (payment)
              && (newest == NULL || payment->created_at_ms > newest->created_at_ms
                  || (payment->created_at_ms == newest->created_at_ms
                      && strcmp (payment->id, newest->id) > 0)))
            newest = payment;
        }
    }
  return newest;
}

/* Making pages */

static DsStop *
find_stop (DsSession *session, const DsTrailPlace *place)
{
  return ds_route_find (ds_session_get_route (session), place->stop_id);
}

static DsPayment *
find_payment (DsSession *session, const DsTrailPlace *place)
{
  DsStop *stop = find_stop (session, place);

  return stop != NULL && place->payment_id != NULL ? ds_stop_find_payment (stop, place->payment_id) : NULL;
}

static DsPage *
make_code (DsSession *session, DsPayment *payment)
{
  DsStop *stop = ds_route_find (ds_session_get_route (session), payment->stop_id);
  g_autoptr (DsPresentation) presentation
      = ds_door_find_presentation (ds_session_get_door (session), stop, payment->id);
  g_autoptr (DsCollection) collection = ds_collection_new_for_payment (session, payment);

  return presentation != NULL ? DS_PAGE (ds_code_page_new (collection, presentation)) : NULL;
}

/* @seen: (nullable): the state that the courier has seen */
static DsPage *
make_result (DsSession *session, DsPayment *payment, const char *seen)
{
  g_autoptr (DsCollection) collection = ds_collection_new_for_payment (session, payment);
  DsPaymentState state = DS_PAYMENT_NONE;
  gboolean is_known = seen != NULL && ds_payment_state_from_name (seen, &state)
                      && (state == payment->state
                          /* Settled at the depot is nothing new at the door. */
                          || (state == DS_PAYMENT_PAID && payment->state == DS_PAYMENT_SETTLED));

  return DS_PAGE (ds_result_page_new (collection, payment, !is_known));
}

/* The pages of one payment. */
static DsPage *
make_of_payment (DsSession *session, const DsTrailPlace *place)
{
  DsPayment *payment = find_payment (session, place);
  g_autoptr (DsCollection) collection = NULL;
  DsLimits limits;

  if (payment == NULL)
    return NULL;
  if (g_str_equal (place->page, "Code"))
    return make_code (session, payment);
  if (g_str_equal (place->page, "Result"))
    return make_result (session, payment, place->detail);
  if (g_str_equal (place->page, "Receipt"))
    return DS_PAGE (ds_receipt_page_new (session, payment));
  collection = ds_collection_new_for_payment (session, payment);
  if (g_str_equal (place->page, "Scan"))
    return DS_PAGE (ds_scan_page_new (session, collection, payment->id));
  if (g_str_equal (place->page, "Spoken"))
    return DS_PAGE (ds_spoken_page_new (collection, payment->id));
  if (g_str_equal (place->page, "Override") && place->detail != NULL
      && ds_limits_from_text (place->detail, &limits))
    return DS_PAGE (ds_override_page_new (collection, limits, payment->id, NULL));
  return NULL;
}

/* The pages of a door that begin something: with what is open there now. */
static DsPage *
make_of_rest (DsSession *session, const DsTrailPlace *place, DsStop *stop)
{
  g_autoptr (DsCollection) collection = ds_collection_new_for_rest (session, stop);
  DsLimits limits;

  if (collection->amount_fen == 0)
    return NULL;
  if (g_str_equal (place->page, "Override"))
    return place->detail != NULL && ds_limits_from_text (place->detail, &limits)
               ? DS_PAGE (ds_override_page_new (collection, limits, NULL, NULL))
               : NULL;
  if (g_str_equal (place->page, "Cash"))
    return DS_PAGE (ds_cash_page_new (collection, g_strcmp0 (place->detail, DS_CASH_PAGE_PART) == 0));
  return DS_PAGE (ds_scan_page_new (session, collection, NULL));
}

static DsPage *
make_of_stop (DsSession *session, const DsTrailPlace *place)
{
  DsStop *stop = find_stop (session, place);
  DsParcelOutcome outcome;

  if (stop == NULL)
    return NULL;
  if (g_str_equal (place->page, "Stop"))
    return DS_PAGE (ds_stop_page_new (session, stop->id));
  if (g_str_equal (place->page, "Collect"))
    return DS_PAGE (ds_collect_page_new (session, stop->id));
  if (g_str_equal (place->page, "Cash") || g_str_equal (place->page, "Scan")
      || g_str_equal (place->page, "Override"))
    return make_of_rest (session, place, stop);
  if (g_str_equal (place->page, "Proof"))
    return DS_PAGE (ds_proof_page_new (session, stop->id));
  if (g_str_equal (place->page, "Outcome") && place->detail != NULL
      && ds_parcel_outcome_from_name (place->detail, &outcome))
    return DS_PAGE (ds_outcome_page_new (session, stop, outcome));
  return NULL;
}

/* @shifts: (nullable): earlier ones
 *
 * Returns: (transfer none) (nullable) */
static DsShift *
find_shift (DsSession *session, GPtrArray *shifts, const char *shift_id)
{
  DsShift *last = ds_store_get_shift (ds_session_get_store (session));

  if (g_strcmp0 (last->id, shift_id) == 0)
    return last;
  for (guint i = 0; shifts != NULL && i < shifts->len; i++)
    {
      DsShift *shift = g_ptr_array_index (shifts, i);

      if (g_strcmp0 (shift->id, shift_id) == 0)
        return shift;
    }
  return NULL;
}

static gboolean
is_about_shift (const DsTrailPlace *place)
{
  return g_str_equal (place->page, "Statement") || g_str_equal (place->page, "Seal");
}

/* The pages of one shift that is closed. */
static DsPage *
make_of_closed_shift (DsSession *session, const DsTrailPlace *place, GPtrArray *shifts)
{
  DsShift *shift = find_shift (session, shifts, place->detail);

  if (shift == NULL || shift->closed_at_ms == 0)
    return NULL;
  if (g_str_equal (place->page, "Seal"))
    return DS_PAGE (ds_seal_page_new (session, shift));
  /* The last one's may still change. */
  return shift == ds_store_get_shift (ds_session_get_store (session))
             ? DS_PAGE (ds_statement_page_new (session))
             : DS_PAGE (ds_statement_page_new_for_shift (session, shift));
}

static DsPage *
make_of_device (DsSession *session, const DsTrailPlace *place)
{
  if (g_str_equal (place->page, "Settings"))
    return DS_PAGE (ds_settings_page_new (session));
  if (g_str_equal (place->page, "SelfCheck"))
    return DS_PAGE (ds_self_check_page_new (session));
  if (g_str_equal (place->page, "ScanTest"))
    return DS_PAGE (ds_scan_test_page_new (session));
  if (g_str_equal (place->page, "Safety"))
    return DS_PAGE (ds_safety_page_new (session));
  if (g_str_equal (place->page, "Help"))
    return DS_PAGE (ds_help_page_new (place->detail));
  return NULL;
}

static DsPage *
make_of_shift (DsSession *session, const DsTrailPlace *place, GPtrArray *shifts)
{
  gboolean is_open = ds_session_get_open_shift (session) != NULL;
  DsBucket bucket;

  if (g_str_equal (place->page, "Scan"))
    return DS_PAGE (ds_scan_page_new (session, NULL, NULL));
  if (g_str_equal (place->page, "Digest"))
    return DS_PAGE (ds_digest_page_new (session));
  if (g_str_equal (place->page, "Map"))
    return DS_PAGE (ds_map_page_new (session));
  if (g_str_equal (place->page, "Order"))
    return DS_PAGE (ds_order_page_new (session, ""));
  if (g_str_equal (place->page, "Load") && is_open)
    return DS_PAGE (ds_load_page_new (session));
  if (g_str_equal (place->page, "OpenShift") && !is_open)
    return DS_PAGE (ds_open_shift_page_new (session));
  if (g_str_equal (place->page, "Bucket") && ds_bucket_from_name (place->detail, &bucket))
    return DS_PAGE (ds_bucket_page_new (session, bucket));
  if (g_str_equal (place->page, "Close"))
    return DS_PAGE (ds_close_page_new (session));
  if (g_str_equal (place->page, "Shifts"))
    return DS_PAGE (ds_shifts_page_new (session));
  if (is_about_shift (place))
    return make_of_closed_shift (session, place, shifts);
  return make_of_device (session, place);
}

/* Returns: (nullable): floating; %NULL when there is nothing to be shown there any more. */
static DsPage *
make_page (DsSession *session, const DsTrailPlace *place, GPtrArray *shifts)
{
  if (place->payment_id != NULL)
    return make_of_payment (session, place);
  if (place->stop_id != NULL)
    return make_of_stop (session, place);
  return make_of_shift (session, place, shifts);
}

/* The courier had asked for a code that was on show before: it came at once, and so it does now.
 *
 * Returns: (nullable): floating */
static DsPage *
make_asked_for_code (DsSession *session, const DsTrailPlace *place)
{
  DsStop *stop = find_stop (session, place);
  g_autoptr (DsCollection) collection = NULL;
  g_autoptr (DsPresentation) presentation = NULL;

  if (stop == NULL || !g_str_equal (place->page, "Collect")
      || g_strcmp0 (place->detail, DS_COLLECT_PAGE_CODE) != 0)
    return NULL;
  collection = ds_collection_new_for_rest (session, stop);
  presentation = ds_door_find_shown_presentation (
      ds_session_get_door (session), stop, (const char *const *)collection->waybills, collection->amount_fen);
  return presentation != NULL ? DS_PAGE (ds_code_page_new (collection, presentation)) : NULL;
}

/* Going back to where the courier was */

/* As if the courier had gone to @payment from the route. */
static DsTrail *
make_trail_to (DsShift *shift, DsPayment *payment)
{
  DsTrail *trail = ds_trail_new (shift->id, payment->id);

  g_ptr_array_add (trail->places, ds_trail_place_new ("Home", NULL, NULL, NULL));
  g_ptr_array_add (trail->places, ds_trail_place_new ("Stop", payment->stop_id, NULL, NULL));
  g_ptr_array_add (trail->places, ds_trail_place_new ("Collect", payment->stop_id, NULL, NULL));
  g_ptr_array_add (trail->places, ds_trail_place_new ("Code", payment->stop_id, payment->id, NULL));
  return trail;
}

/* Returns: (transfer full) (nullable): where to go. @kept: (transfer full) (nullable) */
static DsTrail *
choose_trail (DsSession *session, DsTrail *kept)
{
  g_autoptr (DsTrail) own_kept = kept;
  DsShift *shift = ds_store_get_shift (ds_session_get_store (session));
  DsPayment *newest;

  if (shift == NULL)
    return NULL;
  newest = find_newest (session, shift);
  if (kept != NULL && g_strcmp0 (kept->shift_id, shift->id) == 0)
    return newest == NULL || ds_trail_knows (kept, newest->id) ? g_steal_pointer (&own_kept)
                                                               : make_trail_to (shift, newest);
  /* Nothing was kept: only what is not at its end wants the courier. */
  if (newest != NULL && shift->closed_at_ms == 0 && !newest->superseded
      && !ds_payment_state_covers_debt (newest->state) && !ds_payment_state_is_final (newest->state))
    return make_trail_to (shift, newest);
  return NULL;
}

static gboolean
is_about (GPtrArray *places, guint from, const char *page, const char *payment_id)
{
  for (guint i = from; i < places->len; i++)
    {
      const DsTrailPlace *place = g_ptr_array_index (places, i);

      if (g_str_equal (place->page, page) && g_strcmp0 (place->payment_id, payment_id) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Returns: (transfer full) (element-type DsPage): up to the first one that is no more. */
static GPtrArray *
make_pages (DsSession *session, GPtrArray *places, GPtrArray *shifts)
{
  GPtrArray *pages = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 1; i < places->len; i++)
    {
      const DsTrailPlace *place = g_ptr_array_index (places, i);
      DsPage *page = make_page (session, place, shifts);
      DsPayment *payment;

      if (page != NULL)
        {
          g_ptr_array_add (pages, g_object_ref_sink (page));
          ds_page_restore (page, place);
          page = i == places->len - 1 ? make_asked_for_code (session, place) : NULL;
          if (page != NULL)
            g_ptr_array_add (pages, g_object_ref_sink (page));
          continue;
        }
      payment = g_str_equal (place->page, "Code") ? find_payment (session, place) : NULL;
      if (payment == NULL)
        break;
      /* The code has done its work: its result is or comes in front. */
      if (is_about (places, i + 1, "Result", payment->id))
        continue;
      if (!payment->superseded)
        g_ptr_array_add (pages, g_object_ref_sink (make_result (session, payment, NULL)));
      break;
    }
  return pages;
}

static void
go_back_to (DsResume *self, GPtrArray *places, GPtrArray *shifts)
{
  const DsTrailPlace *root = places->len > 0 ? g_ptr_array_index (places, 0) : NULL;
  DsPage *home = ds_navigator_get_page (self->navigator);
  g_autoptr (GPtrArray) pages = NULL;

  /* The courier, or a notification, was quicker. */
  if (root == NULL || !DS_IS_HOME_PAGE (home)
      || g_strcmp0 (ds_home_page_get_tab_name (DS_HOME_PAGE (home)), "route") != 0)
    return;
  ds_page_restore (home, root);
  pages = make_pages (self->session, places, shifts);
  ds_navigator_push_all (self->navigator, pages);
}

/* Following the courier */

static void keep (DsResume *self);

/* All that the thread knows: the last reference to anything else must not be let go of there. */
typedef struct
{
  char *path;
  char *text;
} Writing;

static void
writing_free (gpointer data)
{
  Writing *self = data;

  g_free (self->path);
  g_free (self->text);
  g_free (self);
}

static void
write_file (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Writing *writing = data;
  GError *error = NULL;

  if (ds_durable_file_write (writing->path, writing->text, strlen (writing->text), &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* A full disk keeps nothing: the next start shows the route, and nothing else is lost. */
static void
did_write (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsResume) self = user_data;

  self->writing = FALSE;
  if (!g_task_propagate_boolean (G_TASK (result), NULL))
    g_clear_pointer (&self->kept, g_free);
  else
    keep (self);
}

static char *
describe (DsResume *self)
{
  GPtrArray *pages = ds_navigator_get_pages (self->navigator);
  DsShift *shift = ds_store_get_shift (ds_session_get_store (self->session));
  DsPayment *newest = shift != NULL ? find_newest (self->session, shift) : NULL;
  g_autoptr (DsTrail) trail
      = ds_trail_new (shift != NULL ? shift->id : NULL, newest != NULL ? newest->id : NULL);

  for (guint i = 0; i < pages->len; i++)
    g_ptr_array_add (trail->places, ds_page_get_place (g_ptr_array_index (pages, i)));
  return ds_trail_print (trail);
}

static void
keep (DsResume *self)
{
  g_autofree char *text = NULL;
  g_autoptr (GTask) task = NULL;
  Writing *writing;

  /* One at a time, and the last one counts. */
  if (self->writing || !self->following || ds_session_get_phase (self->session) != DS_PHASE_ENROLLED)
    return;
  text = describe (self);
  if (g_strcmp0 (text, self->kept) == 0)
    return;
  g_free (self->kept);
  self->kept = g_steal_pointer (&text);
  self->writing = TRUE;
  writing = g_new0 (Writing, 1);
  writing->path = get_path (self);
  writing->text = g_strdup (self->kept);
  task = g_task_new (NULL, NULL, did_write, g_object_ref (self));
  g_task_set_source_tag (task, DS_TASK_TAG (keep));
  g_task_set_task_data (task, writing, writing_free);
  g_task_run_in_thread (task, write_file);
}

static gboolean
keep_now (gpointer user_data)
{
  DsResume *self = user_data;

  self->idle_id = 0;
  keep (self);
  return G_SOURCE_REMOVE;
}

/* Once for all that happens at once; and not behind the frames, which a slow handheld may draw without a pause. */
static void
moved (DsResume *self)
{
  if (self->following && self->idle_id == 0)
    self->idle_id = g_idle_add_full (G_PRIORITY_DEFAULT, keep_now, self, NULL);
}

static void
page_changed (DsResume *self)
{
  DsPage *page = ds_navigator_get_page (self->navigator);

  if (self->page != NULL)
    g_signal_handlers_disconnect_by_data (self->page, self);
  g_set_weak_pointer (&self->page, page);
  if (page != NULL)
    g_signal_connect_object (page, "moved", G_CALLBACK (moved), self, G_CONNECT_SWAPPED);
  moved (self);
}

/* @shifts: (nullable): earlier ones, where the trail needs one */
static void
go_back (DsResume *self, GPtrArray *shifts)
{
  g_autoptr (DsTrail) trail = g_steal_pointer (&self->trail);

  self->following = TRUE;
  if (trail != NULL)
    go_back_to (self, trail->places, shifts);
  moved (self);
}

static void
did_load_shifts (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsResume) self = user_data;
  g_autoptr (GPtrArray) shifts = ds_store_load_shifts_finish (DS_STORE (source), result, NULL);

  if (self->navigator != NULL)
    go_back (self, shifts);
}

static gboolean
needs_shifts (DsTrail *trail)
{
  for (guint i = 0; i < trail->places->len; i++)
    {
      if (is_about_shift (g_ptr_array_index (trail->places, i)))
        return TRUE;
    }
  return FALSE;
}

static void
begin_when_ready (DsResume *self)
{
  if (self->begun || self->reading || self->navigator == NULL
      || !ds_route_get_loaded (ds_session_get_route (self->session))
      || ds_session_get_phase (self->session) != DS_PHASE_ENROLLED)
    return;
  self->begun = TRUE;
  self->trail = choose_trail (self->session, g_steal_pointer (&self->trail));
  if (self->trail != NULL && needs_shifts (self->trail))
    ds_store_load_shifts_async (ds_session_get_store (self->session), self->cancellable, did_load_shifts,
                                g_object_ref (self));
  else
    go_back (self, NULL);
}

static void
did_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsResume) self = user_data;
  g_autofree char *text = NULL;
  gsize n;

  self->reading = FALSE;
  if (g_file_load_contents_finish (G_FILE (source), result, &text, &n, NULL, NULL))
    self->trail = ds_trail_parse (text, n);
  if (!g_cancellable_is_cancelled (self->cancellable))
    begin_when_ready (self);
}

static void
ds_resume_dispose (GObject *object)
{
  DsResume *self = DS_RESUME (object);

  ds_resume_end (self);
  g_clear_weak_pointer (&self->page);

  G_OBJECT_CLASS (ds_resume_parent_class)->dispose (object);
}

static void
ds_resume_finalize (GObject *object)
{
  DsResume *self = DS_RESUME (object);

  g_object_unref (self->cancellable);
  g_object_unref (self->session);
  g_clear_pointer (&self->trail, ds_trail_free);
  g_free (self->kept);

  G_OBJECT_CLASS (ds_resume_parent_class)->finalize (object);
}

static void
ds_resume_class_init (DsResumeClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ds_resume_dispose;
  G_OBJECT_CLASS (klass)->finalize = ds_resume_finalize;
}

static void
ds_resume_init (DsResume *self)
{
  self->cancellable = g_cancellable_new ();
}

DsResume *
ds_resume_new (DsNavigator *navigator, DsSession *session)
{
  DsResume *self;
  g_autofree char *path = NULL;
  g_autoptr (GFile) file = NULL;

  g_return_val_if_fail (DS_IS_NAVIGATOR (navigator), NULL);
  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_RESUME, NULL);
  self->navigator = navigator;
  self->session = g_object_ref (session);
  path = get_path (self);
  file = g_file_new_for_path (path);
  self->reading = TRUE;
  g_file_load_contents_async (file, self->cancellable, did_read, g_object_ref (self));
  g_signal_connect_object (ds_session_get_route (session), "summary-changed", G_CALLBACK (begin_when_ready),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (navigator, "notify::page", G_CALLBACK (page_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_door (session), "payment-changed", G_CALLBACK (moved), self,
                           G_CONNECT_SWAPPED);
  return self;
}

void
ds_resume_begin (DsResume *self)
{
  g_return_if_fail (DS_IS_RESUME (self));

  begin_when_ready (self);
}

void
ds_resume_end (DsResume *self)
{
  g_return_if_fail (DS_IS_RESUME (self));

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->idle_id, g_source_remove);
  self->following = FALSE;
  self->navigator = NULL;
}
