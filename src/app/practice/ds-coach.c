/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-coach.h"

#include "ds-cash-page.h"
#include "ds-close-page.h"
#include "ds-code-page.h"
#include "ds-collect-page.h"
#include "ds-home-page.h"
#include "ds-learnt-page.h"
#include "ds-load-page.h"
#include "ds-open-shift-page.h"
#include "ds-practice-mark.h"
#include "ds-preferences.h"
#include "ds-proof-page.h"
#include "ds-receipt-page.h"
#include "ds-result-page.h"
#include "ds-scan-page.h"
#include "ds-statement-page.h"
#include "ds-stop-page.h"

#include <glib/gi18n.h>

/* A line of the guide is no higher in the usual text. */
#define LARGE_LINE_PX 34
/* Of what it says: one line, and as much as every page can spare; and its width before it has one. */
#define MIN_HEIGHT_PX 48
#define MAX_HEIGHT_PX 150
#define USUAL_WIDTH_PX 360

struct _DsCoach
{
  GtkBox parent;

  DsSession *session;
  DsLesson *lesson;
  GSettings *preferences; /* (nullable) */
  DsNavigator *navigator; /* (nullable): weak */
  DsPage *home;           /* (nullable): weak, whose tabs are followed */

  GtkLabel *mark;
  GtkRevealer *revealer;
  GtkScrolledWindow *scroller;
  GtkWidget *body;
  GtkLabel *stage;
  GtkLabel *next;
  GtkLabel *scene;
  GtkWidget *learnt;
};

G_DEFINE_FINAL_TYPE (DsCoach, ds_coach, GTK_TYPE_BOX)

static DsPlace
get_place (DsCoach *self)
{
  DsPage *page = self->navigator != NULL ? ds_navigator_get_page (self->navigator) : NULL;
  const struct
  {
    GType type;
    DsPlace place;
  } places[] = {
    { DS_TYPE_OPEN_SHIFT_PAGE, DS_PLACE_OPEN_SHIFT },
    { DS_TYPE_STOP_PAGE, DS_PLACE_STOP },
    { DS_TYPE_COLLECT_PAGE, DS_PLACE_COLLECT },
    { DS_TYPE_CODE_PAGE, DS_PLACE_CODE },
    { DS_TYPE_SCAN_PAGE, DS_PLACE_SCAN },
    { DS_TYPE_RESULT_PAGE, DS_PLACE_RESULT },
    { DS_TYPE_CASH_PAGE, DS_PLACE_CASH },
    { DS_TYPE_CLOSE_PAGE, DS_PLACE_CLOSE },
    { DS_TYPE_STATEMENT_PAGE, DS_PLACE_STATEMENT },
    { DS_TYPE_RECEIPT_PAGE, DS_PLACE_RECEIPT },
    { DS_TYPE_PROOF_PAGE, DS_PLACE_PROOF },
    { DS_TYPE_LOAD_PAGE, DS_PLACE_LOAD },
  };

  if (DS_IS_HOME_PAGE (page))
    {
      const char *tab = ds_home_page_get_tab_name (DS_HOME_PAGE (page));

      return g_strcmp0 (tab, "route") == 0   ? DS_PLACE_ROUTE
             : g_strcmp0 (tab, "shift") == 0 ? DS_PLACE_SHIFT
                                             : DS_PLACE_OTHER;
    }
  for (gsize i = 0; page != NULL && i < G_N_ELEMENTS (places); i++)
    {
      if (g_type_is_a (G_OBJECT_TYPE (page), places[i].type))
        return places[i].place;
    }
  return DS_PLACE_OTHER;
}

static gboolean
is_held_sideways (DsCoach *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  return root != NULL && gtk_widget_has_css_class (GTK_WIDGET (root), "short");
}

/* In large text one sentence takes the room of all three. */
static gboolean
has_large_text (DsCoach *self)
{
  int height_px;

  gtk_widget_measure (GTK_WIDGET (self->next), GTK_ORIENTATION_VERTICAL, -1, NULL, &height_px, NULL, NULL);
  return height_px > LARGE_LINE_PX;
}

/* A scrolled window asks for the height of one long line; what to do next must be seen whole all the same, as far as the
 * page below spares the room. */
static void
fit_height (DsCoach *self)
{
  int width_px = gtk_widget_get_width (GTK_WIDGET (self));
  int height_px;

  gtk_widget_measure (self->body, GTK_ORIENTATION_VERTICAL, width_px > 0 ? width_px : USUAL_WIDTH_PX,
                      &height_px, NULL, NULL, NULL);
  gtk_scrolled_window_set_min_content_height (
      self->scroller,
      has_large_text (self) ? MIN_HEIGHT_PX : CLAMP (height_px, MIN_HEIGHT_PX, MAX_HEIGHT_PX));
}

/* Held sideways there is width: what to do next stands beside the mark. */
static void
show_mark (DsCoach *self, const char *next)
{
  g_autofree char *text
      = next != NULL ? g_strdup_printf ("%s   %s", ds_practice_mark_get_text (), next) : NULL;

  gtk_label_set_text (self->mark, text != NULL ? text : ds_practice_mark_get_text ());
}

static void
update (DsCoach *self)
{
  g_autofree char *stage = NULL;
  g_autofree char *next = NULL;
  g_autofree char *scene = NULL;
  DsPlace place = get_place (self);
  gboolean is_sideways = is_held_sideways (self);
  /* A code must be seen whole. */
  gboolean is_short_of_room = place == DS_PLACE_CODE || is_sideways || has_large_text (self);
  gboolean is_over;

  /* Before the store is open there is nothing to say. */
  if (ds_session_get_phase (self->session) != DS_PHASE_ENROLLED)
    {
      gtk_widget_set_visible (GTK_WIDGET (self->revealer), FALSE);
      return;
    }
  stage = ds_lesson_describe_stage (self->lesson);
  next = ds_lesson_describe_next (self->lesson, place);
  scene = ds_lesson_describe_scene (self->lesson);
  is_over = ds_lesson_get_stage (self->lesson) == DS_LESSON_OVER;
  show_mark (self, is_sideways && gtk_revealer_get_reveal_child (self->revealer) ? next : NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->revealer), !is_sideways || is_over);
  gtk_label_set_text (self->stage, stage);
  gtk_widget_set_visible (GTK_WIDGET (self->stage), !is_short_of_room);
  gtk_label_set_text (self->next, next);
  gtk_label_set_text (self->scene, scene != NULL ? scene : "");
  gtk_widget_set_visible (GTK_WIDGET (self->scene), scene != NULL && !is_short_of_room);
  gtk_widget_set_visible (self->learnt, is_over && self->navigator != NULL
                                            && !DS_IS_LEARNT_PAGE (ds_navigator_get_page (self->navigator)));
  fit_height (self);
}

/* What letters of another size need is known once they have been drawn. */
static gboolean
did_draw (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  guint *frames_left = user_data;

  update (DS_COACH (widget));
  return --*frames_left > 0;
}

static void
text_size_changed (DsCoach *self)
{
  guint *frames_left = g_new (guint, 1);

  *frames_left = 2;
  gtk_widget_add_tick_callback (GTK_WIDGET (self), did_draw, frames_left, g_free);
}

static void
did_click_learnt (DsCoach *self)
{
  if (self->navigator != NULL)
    ds_navigator_push (self->navigator, DS_PAGE (ds_learnt_page_new (self->session)));
}

static void
did_change_page (DsCoach *self)
{
  DsPage *page = ds_navigator_get_page (self->navigator);

  if (DS_IS_HOME_PAGE (page) && page != self->home)
    {
      g_set_weak_pointer (&self->home, page);
      g_signal_connect_object (page, "notify::tab", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
    }
  update (self);
}

static void
ds_coach_root (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (ds_coach_parent_class)->root (widget);

  g_signal_connect_object (gtk_widget_get_root (widget), "notify::css-classes", G_CALLBACK (update), widget,
                           G_CONNECT_SWAPPED);
}

static void
ds_coach_dispose (GObject *object)
{
  DsCoach *self = DS_COACH (object);

  g_clear_weak_pointer (&self->navigator);
  g_clear_weak_pointer (&self->home);
  g_clear_object (&self->lesson);
  g_clear_object (&self->preferences);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_COACH);

  G_OBJECT_CLASS (ds_coach_parent_class)->dispose (object);
}

static void
ds_coach_class_init (DsCoachClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_coach_dispose;
  widget_class->root = ds_coach_root;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-coach.ui");
  gtk_widget_class_bind_template_child (widget_class, DsCoach, mark);
  gtk_widget_class_bind_template_child (widget_class, DsCoach, revealer);
  gtk_widget_class_bind_template_child (widget_class, DsCoach, scroller);
  gtk_widget_class_bind_template_child (widget_class, DsCoach, body);
  gtk_widget_class_bind_template_child (widget_class, DsCoach, stage);
  gtk_widget_class_bind_template_child (widget_class, DsCoach, next);
  gtk_widget_class_bind_template_child (widget_class, DsCoach, scene);
  gtk_widget_class_bind_template_child (widget_class, DsCoach, learnt);
  gtk_widget_class_bind_template_callback (widget_class, did_click_learnt);
}

static void
ds_coach_init (DsCoach *self)
{
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  g_autoptr (GPropertyAction) guide = NULL;

  gtk_widget_init_template (GTK_WIDGET (self));
  show_mark (self, NULL);
  guide = g_property_action_new ("guide", self->revealer, "reveal-child");
  g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (guide));
  g_signal_connect_object (self->revealer, "notify::reveal-child", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "coach", G_ACTION_GROUP (group));
}

DsCoach *
ds_coach_new (DsSession *session, DsNavigator *navigator)
{
  DsCoach *self;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);
  g_return_val_if_fail (DS_IS_NAVIGATOR (navigator), NULL);

  self = g_object_new (DS_TYPE_COACH, NULL);
  self->session = g_object_ref (session);
  self->lesson = ds_lesson_new (session);
  g_set_weak_pointer (&self->navigator, navigator);
  g_signal_connect_object (self->lesson, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::phase", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (navigator, "notify::page", G_CALLBACK (did_change_page), self, G_CONNECT_SWAPPED);
  self->preferences = ds_preferences_new ();
  if (self->preferences != NULL)
    g_signal_connect_object (self->preferences, "changed::text-size", G_CALLBACK (text_size_changed), self,
                             G_CONNECT_SWAPPED);
  update (self);
  return self;
}
