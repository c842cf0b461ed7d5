/* Action lists as the copytool is given them, each within hal_size. */
#ifndef WEIR_LIST_H
#define WEIR_LIST_H

#include "action.h"

struct list {
    struct list *next;
    size_t bytes;
    size_t capacity;
    uint64_t storage[]; /* a struct hsm_action_list, aligned */
};

static inline struct hsm_action_list *list_hal(struct list *list)
{
    return (struct hsm_action_list *)list->storage;
}

/* An empty list with this much room, its head included. NULL when memory is short. */
struct list *list_new(size_t capacity, const char *fsname, uint32_t archive_id, uint64_t flags);
void list_append(struct list *list, const struct hsm_action_item *item);
void list_free_all(struct list *list);

#endif
