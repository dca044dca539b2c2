/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another program of which something is dragged: xdnd-source WINDOW TYPE FILE drops the bytes of FILE, offered as TYPE, on
 * the middle of a window, by the XDND protocol (version 5, freedesktop.org). Ends well when it was taken. */
#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#define XDND_VERSION 5

/* As often as it is moved before it is let go: a window may need some time to say that it takes it. */
#define MAX_MOVES 1000

typedef struct
{
  Display *display;
  Window own;
  Window target;
  Atom type;
  long position; /* on the screen: x << 16 | y */
  char *bytes;
  gsize n_bytes;
  guint n_moves;
} Source;

static Atom
atom (const Source *source, const char *name)
{
  return XInternAtom (source->display, name, False);
}

static void
tell (const Source *source, const char *message, long second, long third, long fourth, long fifth)
{
  XEvent event = { .xclient = { .type = ClientMessage,
                                .window = source->target,
                                .message_type = atom (source, message),
                                .format = 32,
                                .data.l = { (long)source->own, second, third, fourth, fifth } } };

  XSendEvent (source->display, source->target, False, NoEventMask, &event);
  XFlush (source->display);
}

static void
move_there (Source *source)
{
  if (source->n_moves++ == MAX_MOVES)
    exit (EXIT_FAILURE);
  tell (source, "XdndPosition", 0, source->position, CurrentTime, (long)atom (source, "XdndActionCopy"));
}

static void
give (const Source *source, const XSelectionRequestEvent *request)
{
  XEvent answer = { .xselection = { .type = SelectionNotify,
                                    .requestor = request->requestor,
                                    .selection = request->selection,
                                    .target = request->target,
                                    .property = None,
                                    .time = request->time } };

  if (request->target == source->type)
    {
      XChangeProperty (source->display, request->requestor, request->property, source->type, 8,
                       PropModeReplace, (const unsigned char *)source->bytes, (int)source->n_bytes);
      answer.xselection.property = request->property;
    }
  XSendEvent (source->display, request->requestor, False, NoEventMask, &answer);
  XFlush (source->display);
}

static void
find_middle (Source *source)
{
  Window root, child;
  int x, y;
  unsigned int width, height, border, depth;

  XGetGeometry (source->display, source->target, &root, &x, &y, &width, &height, &border, &depth);
  XTranslateCoordinates (source->display, source->target, root, (int)width / 2, (int)height / 2, &x, &y,
                         &child);
  source->position = (long)x << 16 | y;
}

int
main (int argc, char **argv)
{
  Source source = { .display = XOpenDisplay (NULL) };
  XEvent event;

  if (source.display == NULL || argc != 4
      || !g_file_get_contents (argv[3], &source.bytes, &source.n_bytes, NULL))
    return EXIT_FAILURE;
  source.target = strtoul (argv[1], NULL, 10);
  source.type = atom (&source, argv[2]);
  source.own = XCreateSimpleWindow (source.display, DefaultRootWindow (source.display), 0, 0, 1, 1, 0, 0, 0);
  XSetSelectionOwner (source.display, atom (&source, "XdndSelection"), source.own, CurrentTime);
  find_middle (&source);

  tell (&source, "XdndEnter", XDND_VERSION << 24, (long)source.type, None, None);
  move_there (&source);
  while (XNextEvent (source.display, &event) == 0)
    if (event.type == SelectionRequest)
      give (&source, &event.xselectionrequest);
    else if (event.type == ClientMessage && event.xclient.message_type == atom (&source, "XdndFinished"))
      return (event.xclient.data.l[1] & 1) != 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    else if (event.type == ClientMessage && event.xclient.message_type == atom (&source, "XdndStatus"))
      {
        if ((event.xclient.data.l[1] & 1) != 0)
          tell (&source, "XdndDrop", 0, CurrentTime, 0, 0);
        else
          move_there (&source);
      }
  return EXIT_FAILURE;
}
