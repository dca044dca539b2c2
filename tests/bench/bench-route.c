/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A route of 10 000 stops in the hand: how long frames take while it scrolls, is searched and synchronised at once, how
 * soon a key press is answered, and what the map costs. The peer is a bare GtkListView with as many rows of two labels,
 * scrolled and filtered in the same window of the same run. */
#include "config.h"

#include "app-fixture.h"
#include "ds-route-map.h"

#include <string.h>
#include <time.h>

#define N_STOPS 10000
#define N_FRAMES 300
#define N_CHANGED 20
/* Of a second. */
#define FRAME_LIMIT_MS 50
#define ANSWER_LIMIT_MS 100

/* What the main thread has worked: on a machine that others use too, the only time that says something. A display waits at
 * most one frame more. */
static gint64
get_work_us (void)
{
  struct timespec worked;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &worked);
  return (gint64)worked.tv_sec * G_USEC_PER_SEC + worked.tv_nsec / 1000;
}

/* Times of the frames of one window, from the frame clock: begin of the cycle to its end. */
typedef struct
{
  gint64 begun_us;
  GArray *frames_ms; /* (element-type double) */
  guint n;
} Frames;

static void
frame_begins (GdkFrameClock *clock, Frames *frames)
{
  frames->begun_us = get_work_us ();
}

static void
frame_ends (GdkFrameClock *clock, Frames *frames)
{
  double ms = (double)(get_work_us () - frames->begun_us) / 1000;

  g_array_append_val (frames->frames_ms, ms);
  frames->n++;
}

static void
watch (GtkWidget *window, Frames *frames)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);

  frames->frames_ms = g_array_new (FALSE, FALSE, sizeof (double));
  g_signal_connect (clock, "before-paint", G_CALLBACK (frame_begins), frames);
  g_signal_connect (clock, "after-paint", G_CALLBACK (frame_ends), frames);
}

static void
unwatch (GtkWidget *window, Frames *frames)
{
  g_signal_handlers_disconnect_by_data (gtk_widget_get_frame_clock (window), frames);
}

static gint
compare_doubles (gconstpointer a, gconstpointer b)
{
  double first = *(const double *)a;
  double second = *(const double *)b;

  return first < second ? -1 : first > second;
}

static double
get_share (Frames *frames, double share)
{
  g_array_sort (frames->frames_ms, compare_doubles);
  return g_array_index (frames->frames_ms, double, (guint)((frames->frames_ms->len - 1) * share));
}

/* Names and addresses that are searched in Chinese, spread over a town. */
static void
name_stop (DsStop *stop, guint i)
{
  static const char *const surnames[] = { "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "曾" };
  static const char *const names[] = { "伟", "芳", "秀英", "国强", "玉琴", "敏", "静", "师傅" };
  static const char *const streets[] = { "翠湖苑", "书香园", "青荷路", "文三路", "学院路", "绿地中心" };

  g_free (stop->recipient);
  g_free (stop->address);
  stop->recipient
      = g_strconcat (surnames[i % G_N_ELEMENTS (surnames)], names[i / 7 % G_N_ELEMENTS (names)], NULL);
  stop->address = g_strdup_printf ("%s %u 栋 %u 单元 %u", streets[i / 3 % G_N_ELEMENTS (streets)],
                                   i / 100 + 1, i / 10 % 10 + 1, 100 + i % 97);
  stop->rank = (gint64)i << 20;
  stop->lat_e6 = 30200000 + i * 7919 % 150000;
  stop->lng_e6 = 120050000 + i * 104729 % 200000;
}

typedef struct
{
  Frames frames;
  GtkAdjustment *scroll;
  DsRoute *route; /* (nullable) */
  GtkWidget *map; /* (nullable): moved in the place of a list */
  guint n;
} Run;

/* The feed brings changed stops while the courier scrolls. */
static void
change_some (DsRoute *route, guint n)
{
  g_autoptr (GPtrArray) changed = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < N_CHANGED; i++)
    {
      guint number = (n * 131 + i * 17) % N_STOPS;
      DsStop *stop = app_fixture_make_stop (number);

      name_stop (stop, number);
      stop->version = n + 2;
      g_ptr_array_add (changed, stop);
    }
  ds_route_update_stops (route, changed);
}

static void
press_key (GtkWidget *widget, guint key)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);
      gboolean handled;

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller))
        g_signal_emit_by_name (controller, "key-pressed", key, 0, 0, &handled);
    }
}

static gboolean
step (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  Run *run = user_data;

  run->n++;
  if (run->map != NULL)
    press_key (run->map, run->n / 20 % 2 == 0 ? GDK_KEY_Right : GDK_KEY_Left);
  else
    gtk_adjustment_set_value (run->scroll, gtk_adjustment_get_value (run->scroll) + 90);
  if (run->route != NULL && run->n % 5 == 0)
    change_some (run->route, run->n);
  return run->n < N_FRAMES ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
has_ended (gpointer user_data)
{
  return ((Run *)user_data)->n >= N_FRAMES;
}

/* Moves @list (or, without one, the run's map) for N_FRAMES frames. */
static void
scroll (GtkWidget *window, GtkWidget *list, Run *run)
{
  if (list != NULL)
    {
      run->scroll = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (list));
      gtk_adjustment_set_value (run->scroll, 0);
    }
  watch (window, &run->frames);
  gtk_widget_add_tick_callback (window, step, run, NULL);
  ds_test_wait (has_ended, run, "the end of the scrolling");
  unwatch (window, &run->frames);
}

/* The peer */

static void
bare_setup (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  gtk_box_append (GTK_BOX (box), gtk_label_new (NULL));
  gtk_box_append (GTK_BOX (box), gtk_label_new (NULL));
  gtk_list_item_set_child (item, box);
}

static void
bare_bind (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  DsStop *stop = gtk_list_item_get_item (item);
  GtkWidget *label = gtk_widget_get_first_child (gtk_list_item_get_child (item));

  gtk_label_set_text (GTK_LABEL (label), stop->address);
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_next_sibling (label)), stop->recipient);
}

static gboolean
bare_matches (gpointer item, gpointer user_data)
{
  const char *const *typed = user_data;

  return *typed == NULL || strstr (((DsStop *)item)->recipient, *typed) != NULL;
}

static const char *bare_typed; /* what the peer's filter looks for */

static GtkWidget *
make_bare_list (GPtrArray *stops, GtkWidget **list, GtkFilter **filter)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GListStore *store = g_list_store_new (DS_TYPE_STOP);

  g_list_store_splice (store, 0, 0, stops->pdata, stops->len);
  *filter = GTK_FILTER (gtk_custom_filter_new (bare_matches, &bare_typed, NULL));
  g_signal_connect (factory, "setup", G_CALLBACK (bare_setup), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bare_bind), NULL);
  *list = gtk_list_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (
                                 G_LIST_MODEL (gtk_filter_list_model_new (G_LIST_MODEL (store), *filter)))),
                             factory);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), *list);
  gtk_window_set_child (GTK_WINDOW (window), scroller);
  gtk_window_set_default_size (GTK_WINDOW (window), 360, 720);
  gtk_window_present (GTK_WINDOW (window));
  ds_test_settle (window);
  return window;
}

/* Key presses */

typedef struct
{
  gint64 begun_us;
  double answered_ms;
} Answer;

static void
answered (GdkFrameClock *clock, Answer *answer)
{
  if (answer->answered_ms < 0)
    answer->answered_ms = (double)(get_work_us () - answer->begun_us) / 1000;
}

static gboolean
is_answered (gpointer user_data)
{
  return ((Answer *)user_data)->answered_ms >= 0;
}

/* From the key to the end of the frame that shows what it found. */
static double
press (GtkWidget *window, void (*type) (gpointer, const char *), gpointer field, const char *text)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);
  Answer answer = { get_work_us (), -1 };
  gulong handler = g_signal_connect (clock, "after-paint", G_CALLBACK (answered), &answer);

  type (field, text);
  gtk_widget_queue_draw (window);
  ds_test_wait (is_answered, &answer, "a frame after the key");
  g_signal_handler_disconnect (clock, handler);
  return answer.answered_ms;
}

static void
type_into_field (gpointer field, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (field), text);
}

static void
type_into_filter (gpointer filter, const char *text)
{
  bare_typed = text;
  gtk_filter_changed (GTK_FILTER (filter), GTK_FILTER_CHANGE_DIFFERENT);
}

static double
press_all (GtkWidget *window, void (*type) (gpointer, const char *), gpointer field, const char *const *texts)
{
  double slowest_ms = 0;

  for (guint i = 0; texts[i] != NULL; i++)
    {
      double ms = press (window, type, field, texts[i]);

      g_test_message ("“%s”: %.1f ms", texts[i], ms);
      slowest_ms = MAX (slowest_ms, ms);
      ds_test_settle (window);
    }
  return slowest_ms;
}

static void
print_frames (const char *name, Frames *own, Frames *peer)
{
  g_print ("%s: median %.2f ms (%.1f × a bare list's), slowest of %u %.2f ms (%.1f ×), limit %d ms\n", name,
           get_share (own, 0.5), get_share (own, 0.5) / get_share (peer, 0.5), own->frames_ms->len,
           get_share (own, 1), get_share (own, 1) / get_share (peer, 1), FRAME_LIMIT_MS);
}

static gboolean
shows_all (gpointer user_data)
{
  AppFixture *fixture = user_data;
  GtkWidget *list = ds_test_find_type (fixture->window, GTK_TYPE_LIST_VIEW);

  return list != NULL
         && g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (list))))
                >= N_STOPS;
}

/* Once the Pinyin is there a few are found by it. */
static gboolean
shows_few (gpointer user_data)
{
  GtkWidget *list = ds_test_find_type (((AppFixture *)user_data)->window, GTK_TYPE_LIST_VIEW);
  guint n = list != NULL
                ? g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (list))))
                : 0;

  return n > 0 && n < N_STOPS / 10;
}

int
main (int argc, char **argv)
{
  static const char *const keys[]
      = { "z", "ze", "zen", "zeng", "zgq", "w", "wsf", "wensan", "1 ", "0126", "曾", NULL };
  static const char *const bare_keys[] = { "王", "李", "曾国", "国强", "芳", NULL };
  g_autoptr (GPtrArray) stops = g_ptr_array_new_with_free_func (g_object_unref);
  AppFixture *fixture;
  GtkWidget *bare, *bare_list;
  GtkFilter *bare_filter;
  Run peer = { 0 }, own = { 0 }, busy = { 0 }, map = { 0 };
  double bare_ms, cold_ms, warm_ms;
  gboolean good;

  g_setenv ("TZ", "UTC", TRUE);
  if (!app_fixture_init ())
    return 77;
  for (guint i = 0; i < N_STOPS; i++)
    {
      DsStop *stop = app_fixture_make_stop (i);

      name_stop (stop, i);
      g_ptr_array_add (stops, stop);
    }
  bare = make_bare_list (stops, &bare_list, &bare_filter);
  scroll (bare, bare_list, &peer);
  bare_ms = press_all (bare, type_into_filter, bare_filter, bare_keys);
  gtk_window_destroy (GTK_WINDOW (bare));

  fixture = app_fixture_new_enrolled ();
  app_fixture_open_shift (fixture, 0);
  gtk_widget_activate_action (fixture->window, "win.back", NULL);
  ds_route_set_stops (ds_session_get_route (fixture->session), stops);
  ds_test_wait (shows_all, fixture, "all stops in the list");
  ds_test_settle (fixture->window);
  scroll (fixture->window, ds_test_find_type (fixture->window, GTK_TYPE_LIST_VIEW), &own);
  busy.route = ds_session_get_route (fixture->session);
  gtk_widget_activate_action (fixture->window, "win.search", NULL);
  {
    GtkWidget *field = ds_test_find_type (fixture->window, GTK_TYPE_SEARCH_ENTRY);

    cold_ms = press_all (fixture->window, type_into_field, field, keys);
    gtk_editable_set_text (GTK_EDITABLE (field), "zgq");
    ds_test_wait (shows_few, fixture, "what Pinyin finds");
    ds_test_settle (fixture->window);
    warm_ms = press_all (fixture->window, type_into_field, field, keys);
    /* Everybody's number ends like that. */
    gtk_editable_set_text (GTK_EDITABLE (field), "0126");
    ds_test_settle (fixture->window);
  }
  scroll (fixture->window, ds_test_find_type (fixture->window, GTK_TYPE_LIST_VIEW), &busy);
  gtk_widget_activate_action (fixture->window, "win.show-map", NULL);
  ds_test_settle (fixture->window);
  map.map = ds_test_find_type (fixture->window, DS_TYPE_ROUTE_MAP);
  press_key (map.map, GDK_KEY_plus);
  scroll (fixture->window, NULL, &map);

  g_print ("10 000 stops:\n");
  print_frames ("scrolling", &own.frames, &peer.frames);
  print_frames ("scrolling what was searched while stops change", &busy.frames, &peer.frames);
  print_frames ("moving the map", &map.frames, &peer.frames);
  g_print ("key to answer: slowest %.1f ms while Pinyin is made, %.1f ms after (%.1f × a bare list's "
           "filter), limit %d ms\n",
           cold_ms, warm_ms, warm_ms / bare_ms, ANSWER_LIMIT_MS);
  good = get_share (&map.frames, 1) <= FRAME_LIMIT_MS && get_share (&own.frames, 1) <= FRAME_LIMIT_MS
         && get_share (&busy.frames, 1) <= FRAME_LIMIT_MS && warm_ms <= ANSWER_LIMIT_MS;
  app_fixture_free (fixture);
  return good ? 0 : 1;
}
