/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A camera that can focus is asked to go on doing so: as V4L2's cameras are asked, by the name that the kernel's "Focus,
 * Automatic Continuous" has as a control of v4l2src. No such device is needed: the source is the test's own. */
#include "camera-run.h"

#include <glib/gstdio.h>
#include <gst/gst.h>

#define CONTROL "focus_automatic_continuous"

/* Gives pictures, and remembers what it was asked for. */
typedef struct
{
  GstBin parent;
} FakeCamera;

typedef GstBinClass FakeCameraClass;

enum
{
  PROP_EXTRA_CONTROLS = 1,
};

static GType fake_camera_get_type (void);
G_DEFINE_FINAL_TYPE (FakeCamera, fake_camera, GST_TYPE_BIN)

static gint n_asked; /* atomic */
static gint asked;

static void
fake_camera_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  const GstStructure *controls = g_value_get_boxed (value);
  gint focus = -1;

  g_assert_true (gst_structure_get_int (controls, CONTROL, &focus));
  g_atomic_int_set (&asked, focus);
  g_atomic_int_inc (&n_asked);
}

static void
fake_camera_class_init (FakeCameraClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = fake_camera_set_property;
  g_object_class_install_property (object_class, PROP_EXTRA_CONTROLS,
                                   g_param_spec_boxed ("extra-controls", NULL, NULL, GST_TYPE_STRUCTURE,
                                                       G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Camera", "Source/Video", "A fake",
                                         "Doorstep");
}

static void
fake_camera_init (FakeCamera *self)
{
  GstElement *source = gst_element_factory_make ("videotestsrc", NULL);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");

  g_object_set (source, "is-live", TRUE, NULL);
  gst_bin_add (GST_BIN (self), source);
  gst_element_add_pad (GST_ELEMENT (self), gst_ghost_pad_new ("src", pad));
}

/* The system has one camera, of @element. */
static void
plug_in (const char *element)
{
  g_autofree char *folder = g_get_current_dir ();
  g_autofree char *path = g_build_filename (folder, "cameras", NULL);
  g_autofree char *program = g_strdup_printf ("#!/bin/sh\necho \"[('lens', 'Lens', '%s')]\"\n", element);

  g_assert_true (g_file_set_contents_full (path, program, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0700, NULL));
  g_setenv ("DOORSTEP_CAMERAS", path, TRUE);
}

static void
test_asked (void)
{
  g_auto (Run) run = { 0 };

  g_atomic_int_set (&n_asked, 0);
  plug_in ("doorstepfakecamera");
  run_start_device (&run, NULL);
  RUN_UNTIL (run.n_frames > 0 || run.error != NULL);
  g_assert_no_error (run.error);
  g_assert_cmpint (g_atomic_int_get (&n_asked), ==, 1);
  g_assert_cmpint (g_atomic_int_get (&asked), ==, 1);
}

/* A camera without such controls gives its pictures all the same. */
static void
test_without (void)
{
  g_auto (Run) run = { 0 };

  plug_in ("videotestsrc is-live=true");
  run_start_device (&run, NULL);
  RUN_UNTIL (run.n_frames > 0 || run.error != NULL);
  g_assert_no_error (run.error);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = NULL;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  gst_init (NULL, NULL);
  gst_element_register (NULL, "doorstepfakecamera", GST_RANK_NONE, fake_camera_get_type ());
  folder = g_dir_make_tmp ("doorstep-focus-XXXXXX", NULL);
  g_assert_cmpint (g_chdir (folder), ==, 0);
  g_test_add_func ("/focus/asked", test_asked);
  g_test_add_func ("/focus/without", test_without);
  return g_test_run ();
}
