/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A camera of PipeWire's: a node that shows one picture, until it is killed. `pipewire-camera NAME PICTURE WIDTH HEIGHT`
 * with packed grey rows in PICTURE; without PICTURE ("-") it never gives one. Prints a line when it is there. */
#include <pipewire/pipewire.h>
#include <spa/param/video/format-utils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_NS 33333333

typedef struct
{
  struct pw_main_loop *loop;
  struct pw_stream *stream;
  struct spa_source *timer;
  unsigned char *pixels; /* (nullable) */
  int width, height;
  int was_announced;
} Node;

static void
did_process (void *data)
{
  Node *node = data;
  struct pw_buffer *buffer = pw_stream_dequeue_buffer (node->stream);
  struct spa_data *plane;

  if (buffer == NULL)
    return;
  plane = &buffer->buffer->datas[0];
  memcpy (plane->data, node->pixels, (size_t)node->width * (size_t)node->height);
  plane->chunk->offset = 0;
  plane->chunk->stride = node->width;
  plane->chunk->size = (uint32_t)(node->width * node->height);
  pw_stream_queue_buffer (node->stream, buffer);
}

static void
did_pass_frame (void *data, uint64_t expirations)
{
  Node *node = data;

  pw_stream_trigger_process (node->stream);
}

static void
did_change_state (void *data, enum pw_stream_state old, enum pw_stream_state state, const char *error)
{
  Node *node = data;
  struct timespec first = { 0, 1 };
  struct timespec then = { 0, FRAME_NS };
  int runs = state == PW_STREAM_STATE_STREAMING && node->pixels != NULL;

  if (state == PW_STREAM_STATE_ERROR)
    exit (EXIT_FAILURE);
  pw_loop_update_timer (pw_main_loop_get_loop (node->loop), node->timer, runs ? &first : NULL,
                        runs ? &then : NULL, false);
  if (state == PW_STREAM_STATE_PAUSED && !node->was_announced)
    {
      node->was_announced = 1;
      puts ("ready");
      fflush (stdout);
    }
}

static void
did_change_param (void *data, uint32_t id, const struct spa_pod *param)
{
  Node *node = data;
  uint8_t memory[512];
  struct spa_pod_builder builder = SPA_POD_BUILDER_INIT (memory, sizeof memory);
  const struct spa_pod *params[1];

  if (param == NULL || id != SPA_PARAM_Format)
    return;
  params[0] = spa_pod_builder_add_object (
      &builder, SPA_TYPE_OBJECT_ParamBuffers, SPA_PARAM_Buffers, SPA_PARAM_BUFFERS_buffers,
      SPA_POD_CHOICE_RANGE_Int (4, 2, 8), SPA_PARAM_BUFFERS_blocks, SPA_POD_Int (1), SPA_PARAM_BUFFERS_size,
      SPA_POD_Int (node->width * node->height), SPA_PARAM_BUFFERS_stride, SPA_POD_Int (node->width));
  pw_stream_update_params (node->stream, params, 1);
}

static unsigned char *
load (const char *path, size_t n)
{
  FILE *file = fopen (path, "rb");
  unsigned char *pixels = malloc (n);

  if (file == NULL || pixels == NULL || fread (pixels, 1, n, file) != n)
    exit (EXIT_FAILURE);
  fclose (file);
  return pixels;
}

static const struct pw_stream_events events = {
  PW_VERSION_STREAM_EVENTS,
  .process = did_process,
  .state_changed = did_change_state,
  .param_changed = did_change_param,
};

int
main (int argc, char **argv)
{
  Node node = { 0 };
  uint8_t memory[1024];
  struct spa_pod_builder builder = SPA_POD_BUILDER_INIT (memory, sizeof memory);
  const struct spa_pod *params[1];
  struct pw_properties *properties;

  if (argc != 5)
    return EXIT_FAILURE;
  node.width = atoi (argv[3]);
  node.height = atoi (argv[4]);
  if (strcmp (argv[2], "-") != 0)
    node.pixels = load (argv[2], (size_t)node.width * (size_t)node.height);

  pw_init (&argc, &argv);
  node.loop = pw_main_loop_new (NULL);
  node.timer = pw_loop_add_timer (pw_main_loop_get_loop (node.loop), did_pass_frame, &node);
  properties = pw_properties_new (PW_KEY_MEDIA_CLASS, "Video/Source", PW_KEY_MEDIA_ROLE, "Camera",
                                  PW_KEY_NODE_NAME, argv[1], PW_KEY_NODE_DESCRIPTION, argv[1], NULL);
  node.stream = pw_stream_new_simple (pw_main_loop_get_loop (node.loop), argv[1], properties, &events, &node);
  params[0] = spa_pod_builder_add_object (
      &builder, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat, SPA_FORMAT_mediaType,
      SPA_POD_Id (SPA_MEDIA_TYPE_video), SPA_FORMAT_mediaSubtype, SPA_POD_Id (SPA_MEDIA_SUBTYPE_raw),
      SPA_FORMAT_VIDEO_format, SPA_POD_Id (SPA_VIDEO_FORMAT_GRAY8), SPA_FORMAT_VIDEO_size,
      SPA_POD_Rectangle (&SPA_RECTANGLE ((uint32_t)node.width, (uint32_t)node.height)),
      SPA_FORMAT_VIDEO_framerate, SPA_POD_Fraction (&SPA_FRACTION (30, 1)));
  if (pw_stream_connect (node.stream, PW_DIRECTION_OUTPUT, PW_ID_ANY,
                         PW_STREAM_FLAG_DRIVER | PW_STREAM_FLAG_MAP_BUFFERS, params, 1)
      < 0)
    return EXIT_FAILURE;
  pw_main_loop_run (node.loop);
  return EXIT_SUCCESS;
}
