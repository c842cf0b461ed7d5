namespace Weir.Coordinator.Tests.Server;

/// <summary>Action items as clients write them, and as the server does.</summary>
internal static class Items
{
    /// <summary>As it goes to the server. The fid's object is the number.</summary>
    public static string Archive(int number, string data = "", int archiveId = 1, long timestamp = 7, int flags = 0) => Item(20, number, data, archiveId, timestamp, flags);

    public static string Restore(int number, string data = "", int archiveId = 1) => Item(21, number, data, archiveId, 7, 0);

    public static string Remove(int number, string data = "", int archiveId = 1) => Item(22, number, data, archiveId, 7, 0);

    public static string Queue(params IEnumerable<string> items) => $"{{\"command\":\"queue\",\"hsm_action_items\":[{string.Join(",", items)}]}}";

    public static string Done(long number, int status = 0) =>
        $"{{\"command\":\"done\",\"hai_cookie\":{number},\"hai_dfid\":{{\"f_seq\":8589935617,\"f_oid\":{number},\"f_ver\":0}},\"status\":{status}}}";

    /// <summary>As the server hands it out.</summary>
    public static string HandedOut(int number, int action = 20, string data = "", int archiveId = 1, long timestamp = 7, int flags = 0) => Item(action, number, data, archiveId, timestamp, flags);

    /// <summary>The answer to a <c>recv</c>.</summary>
    public static string List(params IEnumerable<string> items) =>
        $"{{\"hsm_action_list\": {{\"hal_version\": 1, \"hal_archive_id\": 1, \"hal_fsname\": \"testfs\", \"list\": [{string.Join(", ", items)}]}}, \"command\": \"recv\"}}";

    private static string Item(int action, int number, string data, int archiveId, long timestamp, int flags) =>
        $"{{\"hai_action\": {action}, \"hai_fid\": {{\"f_seq\": 8589935617, \"f_oid\": {number}, \"f_ver\": 0}}, \"hai_dfid\": {{\"f_seq\": 8589935617, \"f_oid\": {number}, \"f_ver\": 0}}, "
        + $"\"hai_extent_offset\": 0, \"hai_extent_length\": -1, \"hai_cookie\": {number}, \"hai_gid\": 0, \"hal_archive_id\": {archiveId}, \"hal_flags\": {flags}, "
        + $"\"hai_data\": \"{data}\", \"timestamp\": {timestamp}}}";
}
