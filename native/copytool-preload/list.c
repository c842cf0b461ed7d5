#include "list.h"

#include <stdlib.h>
#include <string.h>

struct list *list_new(size_t capacity, const char *fsname, uint32_t archive_id, uint64_t flags)
{
    struct list *list = calloc(1, sizeof(*list) + align8(capacity));
    if (!list)
        return NULL;
    struct hsm_action_list *hal = list_hal(list);
    hal->hal_version = HAL_VERSION;
    hal->hal_archive_id = archive_id;
    hal->hal_flags = flags;
    memcpy(hal->hal_fsname, fsname, strlen(fsname) + 1);
    list->capacity = capacity;
    list->bytes = hal_head_bytes(strlen(fsname));
    return list;
}

void list_append(struct list *list, const struct hsm_action_item *item)
{
    memcpy((char *)list->storage + list->bytes, item, item->hai_len);
    list->bytes += item->hai_len;
    list_hal(list)->hal_count++;
}

void list_free_all(struct list *list)
{
    for (struct list *next; list; list = next) {
        next = list->next;
        free(list);
    }
}
