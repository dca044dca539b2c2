/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-lesson.h"

#include "ds-cash.h"
#include "ds-format.h"

#include <glib/gi18n.h>

enum
{
  DOOR_ONLINE = 1,
  DOOR_CUSTOMER_OFFLINE,
  DOOR_COURIER_OFFLINE,
  DOOR_BOTH_OFFLINE,
  DOOR_GOES_WRONG,
};

struct _DsLesson
{
  GObject parent;

  DsSession *session;
};

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (DsLesson, ds_lesson, G_TYPE_OBJECT)

/* What is so */

/* Returns: (nullable): the stop of a door; none before the route has come. */
static DsStop *
get_stop (DsLesson *self, guint door)
{
  /* As in data/routes/practice.csv; the courier may go in another order. */
  g_autofree char *waybill = g_strdup_printf ("LX%010u", door);

  return ds_route_find_waybill (ds_session_get_route (self->session), waybill);
}

static gboolean
is_done (DsLesson *self, guint door)
{
  DsStop *stop = get_stop (self, door);

  return stop != NULL && ds_stop_status_is_done (ds_stop_get_status (stop));
}

static gboolean
has_payment (DsLesson *self, guint door, DsTender tender, DsPaymentState state)
{
  DsStop *stop = get_stop (self, door);

  for (guint i = 0; stop != NULL && i < stop->payments->len; i++)
    {
      const DsPayment *payment = g_ptr_array_index (stop->payments, i);

      if (payment->tender == tender && payment->state == state)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_paid (DsLesson *self, guint door, DsTender tender)
{
  return has_payment (self, door, tender, DS_PAYMENT_PAID)
         || has_payment (self, door, tender, DS_PAYMENT_SETTLED);
}

/* A voucher of the doors before is not money yet: what is played at this door must not meet it too. It changes once, so
 * that the scene does not flicker while something is being sent. */
static gboolean
has_voucher_under_way (DsLesson *self, guint door)
{
  for (guint i = 1; i < door; i++)
    {
      if (has_payment (self, i, DS_TENDER_CODE, DS_PAYMENT_ACCEPTED))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_rejected (DsLesson *self, guint door)
{
  DsStop *stop = get_stop (self, door);

  return stop != NULL && ds_stop_get_status (stop) == DS_STOP_REJECTED;
}

static gboolean
is_unknown (DsLesson *self, guint door)
{
  return has_payment (self, door, DS_TENDER_SCAN, DS_PAYMENT_UNKNOWN);
}

static gboolean
is_asked (DsLesson *self, guint door)
{
  return has_payment (self, door, DS_TENDER_SCAN, DS_PAYMENT_SCANNED)
         || has_payment (self, door, DS_TENDER_SCAN, DS_PAYMENT_PENDING);
}

static gboolean
is_declined (DsLesson *self, guint door)
{
  return has_payment (self, door, DS_TENDER_SCAN, DS_PAYMENT_DECLINED)
         || has_payment (self, door, DS_TENDER_SCAN, DS_PAYMENT_EXPIRED);
}

DsLessonStage
ds_lesson_get_stage (DsLesson *self)
{
  DsShift *shift;

  g_return_val_if_fail (DS_IS_LESSON (self), DS_LESSON_OPEN);

  shift = ds_store_get_shift (ds_session_get_store (self->session));
  if (shift == NULL)
    return DS_LESSON_OPEN;
  if (shift->closed_at_ms != 0)
    return shift->statement != NULL ? DS_LESSON_OVER : DS_LESSON_SETTLE;
  return ds_lesson_get_door (self) > 0 ? DS_LESSON_DOORS : DS_LESSON_CLOSE;
}

guint
ds_lesson_get_door (DsLesson *self)
{
  g_return_val_if_fail (DS_IS_LESSON (self), 0);

  if (ds_session_get_open_shift (self->session) == NULL)
    return 0;
  for (guint door = 1; door <= DS_LESSON_N_DOORS; door++)
    {
      if (!is_done (self, door))
        return door;
    }
  return 0;
}

void
ds_lesson_get_scene (DsLesson *self, DsLessonScene *scene)
{
  guint door = ds_lesson_get_door (self);

  *scene = (DsLessonScene){ FALSE, FALSE, FALSE };
  if (door == 0 || is_rejected (self, door))
    return;
  scene->line_cut = door == DOOR_COURIER_OFFLINE || door == DOOR_BOTH_OFFLINE;
  scene->phone_offline = door == DOOR_CUSTOMER_OFFLINE || door == DOOR_BOTH_OFFLINE;
  /* Once it is unknown, the answers come again: the courier finds it out. */
  scene->answers_lost = door == DOOR_GOES_WRONG && !has_voucher_under_way (self, door)
                        && !is_unknown (self, door) && !is_declined (self, door);
}

/* Words */

const char *
ds_lesson_get_subject (guint door)
{
  static const char *const subjects[] = {
    [DOOR_ONLINE] = N_ ("both have a network"),      [DOOR_CUSTOMER_OFFLINE] = N_ ("the customer has none"),
    [DOOR_COURIER_OFFLINE] = N_ ("you have none"),   [DOOR_BOTH_OFFLINE] = N_ ("nobody has one"),
    [DOOR_GOES_WRONG] = N_ ("something goes wrong"),
  };

  g_return_val_if_fail (door >= 1 && door <= DS_LESSON_N_DOORS, "");

  return _ (subjects[door]);
}

char *
ds_lesson_describe_stage (DsLesson *self)
{
  guint door;

  g_return_val_if_fail (DS_IS_LESSON (self), NULL);

  door = ds_lesson_get_door (self);
  if (door > 0)
    /* Translators: "Door 2 of 5 · the customer has none" */
    return g_strdup_printf (_ ("Door %u of %u · %s"), door, DS_LESSON_N_DOORS, ds_lesson_get_subject (door));
  return g_strdup (ds_lesson_get_stage (self) == DS_LESSON_OPEN ? _ ("The morning") : _ ("The evening"));
}

char *
ds_lesson_describe_scene (DsLesson *self)
{
  DsLessonScene scene;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) parts = NULL;
  g_autofree char *list = NULL;

  g_return_val_if_fail (DS_IS_LESSON (self), NULL);

  ds_lesson_get_scene (self, &scene);
  if (scene.line_cut)
    g_strv_builder_add (builder, _ ("the handheld's line is cut"));
  if (scene.phone_offline)
    g_strv_builder_add (builder, _ ("the customer's phone has no network"));
  if (scene.answers_lost)
    g_strv_builder_add (builder, _ ("the bank's answers get lost"));
  parts = g_strv_builder_end (builder);
  if (parts[0] == NULL)
    return NULL;
  list = g_strjoinv (" · ", parts);
  /* Translators: what practice plays at the moment */
  return g_strdup_printf (_ ("Simulated: %s"), list);
}

/* The last step of a door has been done; this is its result. */
static const char *
get_praise (DsLesson *self, guint door)
{
  switch (door)
    {
    case DOOR_ONLINE:
      return _ ("Paid, because the bank says so, not because a phone shows it. Press the large button.");
    case DOOR_CUSTOMER_OFFLINE:
      return _ ("Paid: the customer needs no network for that, only you do. Press the large button.");
    case DOOR_COURIER_OFFLINE:
      return _ ("Paid: the receipt is signed by the bank, and no network is needed to check it. Press the "
                "large button.");
    case DOOR_BOTH_OFFLINE:
      return _ (
          "Accepted, not yet paid: it becomes money when you are online again. Press the large button.");
    default:
      return _ ("Done. Give the change, and press the large button.");
    }
}

/* On the collecting page and behind it. */
static const char *
describe_collecting (DsLesson *self, guint door, DsPlace place)
{
  switch (door)
    {
    case DOOR_ONLINE:
      return place == DS_PLACE_COLLECT ? _ ("Press “Show code”.")
             : place == DS_PLACE_CODE  ? _ ("On the phone: scan this code, and pay. Then look here.")
                                       : _ ("Go back, and show the code.");
    case DOOR_CUSTOMER_OFFLINE:
      return place == DS_PLACE_COLLECT ? _ ("Press “Scan customer's code”.")
             : place == DS_PLACE_SCAN
                 ? _ ("On the phone press “Payer code”. Then press “Look at the phone” here.")
                 : _ ("Go back, and scan the customer's payer code.");
    case DOOR_COURIER_OFFLINE:
      return place == DS_PLACE_COLLECT ? _ ("Press “Show code”: the code came along with the stop.")
             : place == DS_PLACE_CODE
                 ? _ ("On the phone: scan this code, and pay. Then press “Scan receipt”.")
             : place == DS_PLACE_SCAN ? _ ("The phone shows the bank's receipt: press “Look at the phone”.")
                                      : _ ("Go back, and show the code.");
    case DOOR_BOTH_OFFLINE:
      return place == DS_PLACE_COLLECT ? _ ("Press “Show code”. There is a way even now.")
             : place == DS_PLACE_CODE
                 ? _ ("On the phone: scan this code, give a voucher. Then press “Scan receipt”.")
             : place == DS_PLACE_SCAN ? _ ("The phone shows a signed voucher: press “Look at the phone”.")
                                      : _ ("Go back, and show the code.");
    case DOOR_GOES_WRONG:
    default:
      return place == DS_PLACE_COLLECT ? _ ("Press “Scan customer's code”.")
             : place == DS_PLACE_SCAN
                 ? _ ("On the phone press “Payer code”. Then press “Look at the phone” here.")
                 : _ ("Go back, and scan the customer's payer code.");
    }
}

static const char *
describe_trouble (DsLesson *self, guint door, DsPlace place)
{
  if (is_unknown (self, door))
    return place == DS_PLACE_RESULT
               ? _ ("No answer came. Unknown is not “not paid”: do not collect again yet. Press “Check now”.")
               : _ ("The result is unknown. Open the stop, and check it before you collect again.");
  if (is_asked (self, door))
    return _ ("The bank is asked. Wait with the customer; look what the handheld says when no answer comes.");
  if (!is_declined (self, door))
    return NULL;
  if (place == DS_PLACE_CASH)
    return _ ("Type what the customer gives, 300. Say the change, and take the money.");
  if (place == DS_PLACE_COLLECT)
    return _ ("Press “Cash”.");
  return _ ("Now it is known: not paid, and why. Collect again, in cash.");
}

static char *
describe_door (DsLesson *self, guint door, DsPlace place)
{
  const char *trouble = door == DOOR_GOES_WRONG ? describe_trouble (self, door, place) : NULL;

  if (place == DS_PLACE_RESULT && door > 1 && trouble == NULL && !is_asked (self, door))
    return g_strdup (get_praise (self, door - 1));
  if (is_rejected (self, door))
    return g_strdup_printf (_ ("The bank did not honour the voucher. Open stop %u, and collect in cash."),
                            door);
  if (trouble != NULL)
    return g_strdup (trouble);
  if (door == DOOR_GOES_WRONG && has_voucher_under_way (self, door))
    return g_strdup (_ ("The network is back. Wait until all is sent: the voucher becomes money now."));
  switch (place)
    {
    case DS_PLACE_ROUTE:
      return g_strdup_printf (_ ("Open stop %u in the list."), door);
    case DS_PLACE_STOP:
      return g_strdup (_ ("Check the parcel and the name, then press “Collect”."));
    case DS_PLACE_COLLECT:
    case DS_PLACE_CODE:
    case DS_PLACE_SCAN:
    case DS_PLACE_RESULT:
    case DS_PLACE_CASH:
      return g_strdup (describe_collecting (self, door, place));
    case DS_PLACE_OTHER:
    case DS_PLACE_SHIFT:
    case DS_PLACE_OPEN_SHIFT:
    case DS_PLACE_CLOSE:
    case DS_PLACE_STATEMENT:
    case DS_PLACE_RECEIPT:
    case DS_PLACE_PROOF:
    case DS_PLACE_LOAD:
    default:
      return g_strdup_printf (_ ("Go back to the route, and open stop %u."), door);
    }
}

static char *
describe_closing (DsLesson *self, DsPlace place)
{
  DsAllowance allowance;
  g_autofree char *drawer = NULL;

  if (place == DS_PLACE_RESULT)
    return g_strdup (get_praise (self, DS_LESSON_N_DOORS));
  if (place == DS_PLACE_SHIFT)
    return g_strdup (_ ("Look at the sums, then press “Close shift”."));
  if (place != DS_PLACE_CLOSE)
    return g_strdup (_ ("All five doors are done. Go to “Shift”."));
  ds_door_get_allowance (ds_session_get_door (self->session), &allowance);
  drawer = ds_cash_describe_change (allowance.cash_fen);
  return g_strdup_printf (_ ("Count the drawer before you see what should be in it. It holds: %s"), drawer);
}

/* Beside the way from door to door. Returns: (nullable): %NULL on it. */
static const char *
describe_aside (DsPlace place)
{
  switch (place)
    {
    case DS_PLACE_RECEIPT:
      return _ (
          "The customer keeps this: photographed or printed. It says that it is practice. Then go back.");
    case DS_PLACE_PROOF:
      return _ ("Who got the parcel, if it is ever asked: let somebody sign, and keep it. Or go back.");
    case DS_PLACE_LOAD:
      return _ ("At work you scan each parcel that you load. Here all five are there: go back.");
    default:
      return NULL;
    }
}

char *
ds_lesson_describe_next (DsLesson *self, DsPlace place)
{
  g_return_val_if_fail (DS_IS_LESSON (self), NULL);

  if (describe_aside (place) != NULL)
    return g_strdup (describe_aside (place));
  switch (ds_lesson_get_stage (self))
    {
    case DS_LESSON_OPEN:
      return g_strdup (place == DS_PLACE_OPEN_SHIFT ? _ ("Count your float: type 100, and open the shift.")
                       : place == DS_PLACE_SHIFT    ? _ ("Press “Open a shift”.")
                                                 : _ ("No shift is open yet. Go to “Shift”, and open one."));
    case DS_LESSON_DOORS:
      return describe_door (self, ds_lesson_get_door (self), place);
    case DS_LESSON_CLOSE:
      return describe_closing (self, place);
    case DS_LESSON_SETTLE:
      return g_strdup (_ ("Everything is being sent; the depot compares it with the bank's books."));
    case DS_LESSON_OVER:
    default:
      return g_strdup (_ ("The statement is there: every payment matched. That was your first shift."));
    }
}

gboolean
ds_lesson_was_practised (DsLesson *self, guint door)
{
  DsStop *stop;

  g_return_val_if_fail (DS_IS_LESSON (self), FALSE);

  stop = get_stop (self, door);
  switch (door)
    {
    case DOOR_ONLINE:
    case DOOR_COURIER_OFFLINE:
      return is_paid (self, door, DS_TENDER_CODE);
    case DOOR_CUSTOMER_OFFLINE:
      return is_paid (self, door, DS_TENDER_SCAN);
    case DOOR_BOTH_OFFLINE:
      for (guint i = 0; stop != NULL && i < stop->payments->len; i++)
        {
          if (((DsPayment *)g_ptr_array_index (stop->payments, i))->voucher_counter >= 0)
            return TRUE;
        }
      return FALSE;
    case DOOR_GOES_WRONG:
      return is_declined (self, door) && is_paid (self, door, DS_TENDER_CASH);
    default:
      return FALSE;
    }
}

char *
ds_lesson_describe_learnt (DsLesson *self, guint door)
{
  static const char *const learnt[] = {
    [DOOR_ONLINE]
    = N_ ("Show your code and wait: “paid” is what the handheld says, never a picture on a phone."),
    [DOOR_CUSTOMER_OFFLINE]
    = N_ ("Without a network the customer can still be charged: scan the payer code."),
    [DOOR_COURIER_OFFLINE]
    = N_ ("Without a network yourself: show the code that came along, and scan the bank's signed receipt."),
    [DOOR_BOTH_OFFLINE] = N_ ("A voucher is taken within limits, and is money only once it is redeemed."),
    [DOOR_GOES_WRONG] = N_ ("Unknown is not failed: check first, and collect again only when it is known."),
  };

  g_return_val_if_fail (DS_IS_LESSON (self), NULL);
  g_return_val_if_fail (door >= 1 && door <= DS_LESSON_N_DOORS, NULL);

  if (ds_lesson_was_practised (self, door))
    return g_strdup (_ (learnt[door]));
  return g_strdup_printf (_ ("%s You did it another way this time."), _ (learnt[door]));
}

/* The object */

static void
did_change (DsLesson *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
ds_lesson_dispose (GObject *object)
{
  g_clear_object (&DS_LESSON (object)->session);

  G_OBJECT_CLASS (ds_lesson_parent_class)->dispose (object);
}

static void
ds_lesson_class_init (DsLessonClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ds_lesson_dispose;

  signals[CHANGED]
      = g_signal_new ("changed", DS_TYPE_LESSON, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ds_lesson_init (DsLesson *self)
{
}

DsLesson *
ds_lesson_new (DsSession *session)
{
  DsLesson *self;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_LESSON, NULL);
  self->session = g_object_ref (session);
  g_signal_connect_object (ds_session_get_route (session), "items-changed", G_CALLBACK (did_change), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_store (session), "notify", G_CALLBACK (did_change), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_door (session), "notify::online", G_CALLBACK (did_change), self,
                           G_CONNECT_SWAPPED);
  return self;
}
