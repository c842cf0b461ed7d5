using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Weir.BlockEvents.Events;

/// <summary>Reads events from the JSON of the topic <c>block:events</c>, and from Peripety's (the field <c>JSON</c> of its journal entries).</summary>
public static class StorageEventReader
{
    /// <summary>The deepest that devices may lie within one another.</summary>
    public const int MaxDepth = 16;

    /// <summary>Reads one event. What is missing has its default; members that are not known are passed over.</summary>
    /// <param name="json">The object, UTF-8. Zero bytes behind it, as Peripety wrote them, are passed over.</param>
    /// <param name="storageEvent">The event.</param>
    /// <param name="problem">What is wrong, when it is no event.</param>
    public static bool TryRead(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out StorageEvent? storageEvent, [NotNullWhen(false)] out string? problem)
    {
        storageEvent = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json[..(json.Span.TrimEnd((byte)0).Length)], new() { MaxDepth = MaxDepth * 2 + 4 });
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                problem = "is not a JSON object";
                return false;
            }

            string type = Text(root, "event_type");
            if (type.Length == 0)
            {
                problem = "has no event_type";
                return false;
            }

            storageEvent = Read(root, type);
            problem = null;
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The latter: an escape that is half a surrogate pair.
            storageEvent = null;
            problem = $"is not valid JSON: {exception.Message}";
            return false;
        }
    }

    private static StorageEvent Read(JsonElement root, string type) => new()
    {
        Hostname = Text(root, "hostname"),
        Severity = Names.TryParse(Text(root, "severity"), out Severity severity) ? severity : Severity.Info,
        SubSystem = Text(root, "sub_system"),
        Timestamp = DateTimeOffset.TryParse(Text(root, "timestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : default,
        EventId = Id(root, "event_id") ?? Guid.Empty,
        EventType = type,
        Device = root.TryGetProperty("cur_blk_info", out JsonElement device) ? ReadDevice(device, 0) : BlockInfo.None,
        Hierarchy = root.TryGetProperty("hierarchy_blk_info", out JsonElement hierarchy) ? ReadDevice(hierarchy, 0) : BlockInfo.None,
        Message = Text(root, "msg"),
        RawMessage = Text(root, "raw_msg"),
        Extension = ReadExtension(root),
        KernelDevice = Text(root, "kdev"),
        RuleId = Text(root, "rule_id"),
        RootCauseEventId = Id(root, "root_cause_event_id"),
        IncidentId = Id(root, "incident_id"),
        Count = root.TryGetProperty("count", out JsonElement count) && count.ValueKind == JsonValueKind.Number && count.TryGetInt64(out long number) && number > 0 ? number : 1,
        BootId = Id(root, "boot_id"),
        Source = Text(root, "source"),
        Cursor = Text(root, "cursor"),
    };

    private static BlockInfo ReadDevice(JsonElement element, int depth)
    {
        if (element.ValueKind != JsonValueKind.Object || depth > MaxDepth) return BlockInfo.None;
        return new()
        {
            Wwid = Text(element, "wwid"),
            Type = Names.TryParse(Text(element, "blk_type"), out BlockType type) ? type : BlockType.Unknown,
            Path = Text(element, "blk_path"),
            PreferredPath = Text(element, "preferred_blk_path"),
            Uuid = Find(element, "uuid"),
            MountPoint = Find(element, "mount_point"),
            TransportId = Text(element, "transport_id"),
            Owners = element.TryGetProperty("owners", out JsonElement owners) && owners.ValueKind == JsonValueKind.Array
                ? [.. owners.EnumerateArray().Select(owner => ReadDevice(owner, depth + 1))]
                : [],
        };
    }

    private static ImmutableSortedDictionary<string, string> ReadExtension(JsonElement root)
    {
        ImmutableSortedDictionary<string, string>.Builder extension = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (root.TryGetProperty("extension", out JsonElement members) && members.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in members.EnumerateObject())
                extension[member.Name] = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText();
        }

        return extension.ToImmutable();
    }

    private static Guid? Id(JsonElement element, string name) => Guid.TryParse(Find(element, name), out Guid id) ? id : null;

    private static string Text(JsonElement element, string name) => Find(element, name) ?? "";

    private static string? Find(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
