using System.Buffers;
using System.Text.Json;
using Weir.Health.Policies;

namespace Weir.Server.Health.Web;

/// <summary>A preset's limits as changes of the scan policy.</summary>
internal static class PresetJson
{
    /// <summary>The limits of a policy, and what a body has beside or instead of them.</summary>
    public static JsonDocument Merge(ScanPolicy limits, JsonElement body)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            WriteRate("bandwidth_limit_mbps", limits.BandwidthLimitMbps);
            WriteRate("total_bandwidth_limit_mbps", limits.TotalBandwidthLimitMbps);
            WriteRate("iops_limit", limits.IopsLimit);
            WriteRate("objects_per_second_limit", limits.ObjectsPerSecondLimit);
            if (IsFree("drive_concurrency")) json.WriteNumber("drive_concurrency", limits.DriveConcurrency);
            if (IsFree("concurrent_scanners")) json.WriteNumber("concurrent_scanners", limits.ConcurrentScanners);
            if (IsFree("backs_off")) json.WriteBoolean("backs_off", limits.BacksOff);
            foreach (JsonProperty member in body.EnumerateObject()) member.WriteTo(json);
            json.WriteEndObject();

            void WriteRate(string name, double? rate)
            {
                if (!IsFree(name)) return;
                if (rate is { } known) json.WriteNumber(name, known);
                else json.WriteNull(name);
            }
        }

        return JsonDocument.Parse(text.WrittenMemory);

        bool IsFree(string name) => !body.TryGetProperty(name, out _);
    }
}
