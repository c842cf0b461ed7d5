using System.Globalization;
using System.Text.Json;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Index;
using Weir.BlockEvents.Pipeline;
using Weir.BlockEvents.Topology;
using Weir.Feed;

namespace Weir.Server.Events.Varlink;

/// <summary>The methods of io.weir.StorageEvents, and those that every varlink service has.</summary>
public sealed class StorageEventsService(IFeedEngine feed, TopologyTracker devices, string version)
{
    /// <summary>The interface.</summary>
    public const string Interface = "io.weir.StorageEvents";

    private const string Service = "org.varlink.service";
    private const int MostEvents = 100_000;

    /// <summary>Sends an answer: what writes its parameters, and whether more answers follow.</summary>
    public delegate Task Answer(Action<Utf8JsonWriter> parameters, bool continues);

    /// <summary>Answers a call.</summary>
    /// <exception cref="VarlinkException">It cannot be answered.</exception>
    public Task AnswerAsync(VarlinkCall call, Answer answer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(answer);
        return call.Method switch
        {
            Interface + ".Monitor" => MonitorAsync(call, answer, cancellationToken),
            Interface + ".Query" => QueryAsync(call, answer, cancellationToken),
            Interface + ".Info" => InfoAsync(call, answer),
            Service + ".GetInfo" => answer(WriteInfo, false),
            Service + ".GetInterfaceDescription" => answer(json => json.WriteString("description"u8, DescriptionOf(call.Text("interface"))), false),
            _ => throw Unknown(call.Method),
        };
    }

    private static VarlinkException Unknown(string method)
    {
        int dot = method.LastIndexOf('.');
        string name = dot > 0 ? method[..dot] : method;
        return name is Interface or Service ? new(Service + ".MethodNotFound", "method", method) : new(Service + ".InterfaceNotFound", "interface", name);
    }

    private static string DescriptionOf(string? name) => name switch
    {
        Interface => InterfaceText.StorageEvents,
        Service => InterfaceText.Service,
        null => throw VarlinkException.InvalidParameter("interface"),
        _ => throw new VarlinkException(Service + ".InterfaceNotFound", "interface", name),
    };

    private void WriteInfo(Utf8JsonWriter json)
    {
        json.WriteString("vendor"u8, "Weir");
        json.WriteString("product"u8, "Weir");
        json.WriteString("version"u8, version);
        json.WriteString("url"u8, "");
        json.WriteStartArray("interfaces"u8);
        json.WriteStringValue(Service);
        json.WriteStringValue(Interface);
        json.WriteEndArray();
    }

    private async Task MonitorAsync(VarlinkCall call, Answer answer, CancellationToken cancellationToken)
    {
        if (!call.WantsMore) throw new VarlinkException(Service + ".ExpectedMore", "", "");
        EventFilter filter = FilterOf(call);
        using IFeedWatch watch = feed.Watch(EventMakerOptions.Topic);
        RecordId after = (await feed.MeasureAsync(EventMakerOptions.Topic, RecordId.Max, cancellationToken).ConfigureAwait(false)).LastId;
        var reader = new EventReader(feed, after);
        await using (reader.ConfigureAwait(false))
        {
            // The first answer says that from now on nothing is missed.
            await answer(json => json.WriteNull("event"u8), true).ConfigureAwait(false);
            var events = new List<StorageEvent>();
            while (true)
            {
                while (await reader.ReadAsync(filter, events.Add, cancellationToken).ConfigureAwait(false))
                {
                    foreach (StorageEvent one in events) await answer(json => Write(json, one), true).ConfigureAwait(false);
                    events.Clear();
                }

                await watch.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task QueryAsync(VarlinkCall call, Answer answer, CancellationToken cancellationToken)
    {
        EventFilter filter = FilterOf(call);
        RecordId after = RecordId.Zero;
        if (call.Text("since") is { } since)
        {
            if (!DateTimeOffset.TryParse(since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset time)) throw VarlinkException.InvalidParameter("since");
            after = RecordId.AtTime(time).Previous();
        }

        int limit = VarlinkCall.Find(call.Parameters, "limit") is not { } number ? MostEvents : number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out int most) && most > 0 ? Math.Min(most, MostEvents) : throw VarlinkException.InvalidParameter("limit");
        // The newest are wanted when there are too many.
        var found = new Queue<StorageEvent>();
        void Take(StorageEvent one)
        {
            found.Enqueue(one);
            if (found.Count > limit) found.Dequeue();
        }

        await new EventQuery(feed, filter, after).RunAsync(Take, cancellationToken).ConfigureAwait(false);
        await answer(
            json =>
            {
                json.WriteStartArray("events"u8);
                foreach (StorageEvent one in found) StorageEventWriter.Write(one, json);
                json.WriteEndArray();
            },
            false).ConfigureAwait(false);
    }

    private Task InfoAsync(VarlinkCall call, Answer answer)
    {
        string block = call.Text("block") ?? throw VarlinkException.InvalidParameter("block");
        ResolvedDevice found = devices.Resolve(block, "", null);
        if (found.Name.Length == 0) throw new VarlinkException(Interface + ".BlockNotFound", "block", block);
        return answer(
            json =>
            {
                json.WriteString("name"u8, found.Name);
                json.WritePropertyName("device"u8);
                StorageEventWriter.Write(found.Device, json);
                json.WritePropertyName("hierarchy"u8);
                StorageEventWriter.Write(found.Hierarchy, json);
                json.WriteStartObject("transport"u8);
                foreach ((string name, string value) in found.Transport) json.WriteString(name, value);
                json.WriteEndObject();
                json.WriteBoolean("vanished"u8, found.HasVanished);
            },
            false);
    }

    private static void Write(Utf8JsonWriter json, StorageEvent one)
    {
        json.WritePropertyName("event"u8);
        StorageEventWriter.Write(one, json);
    }

    private EventFilter FilterOf(VarlinkCall call)
    {
        if (VarlinkCall.Find(call.Parameters, "filter") is not { } filter) return EventFilter.All;
        Severity severity = Severity.Debug;
        if (VarlinkCall.Find(filter, "severity") is { } name && (name.ValueKind != JsonValueKind.String || !Names.TryParse(name.GetString(), out severity))) throw VarlinkException.InvalidParameter("severity");
        return new() { Severity = severity, SubSystems = List(filter, "sub_systems"), EventTypes = List(filter, "event_types"), Devices = DevicesOf(List(filter, "blocks")) };
    }

    private HashSet<string> DevicesOf(IReadOnlyList<string> blocks)
    {
        var names = new HashSet<string>(blocks, StringComparer.Ordinal);
        foreach (string block in blocks)
        {
            BlockInfo found = devices.Resolve(block, "", null).Device;
            if (found.Path.Length > 0) names.Add(found.Path);
            if (found.Wwid.Length > 0) names.Add(found.Wwid);
        }

        return names;
    }

    private static string[] List(JsonElement filter, string name)
    {
        if (VarlinkCall.Find(filter, name) is not { } list) return [];
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > 1024 || list.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String)) throw VarlinkException.InvalidParameter(name);
        return [.. list.EnumerateArray().Select(item => item.GetString()!)];
    }
}
