using System.Text.Json;
using Weir.Health;

namespace Weir.Server.Health.Web;

/// <summary>Reads <c>{"bucket","object","version_id","priority","mode","max_retries"}</c>: a repair that is asked for.</summary>
internal static class HealRequestReader
{
    private const int MostBucketBytes = 255;
    private const int MostKeyBytes = 4096;
    private const int MostIdBytes = 64;
    private const int MostRetries = 100;

    public static HealRequest Read(JsonElement body, string caller)
    {
        var request = new RequestObject(body);
        var read = new HealRequest
        {
            Bucket = request.RequiredText("bucket", MostBucketBytes),
            Object = request.RequiredText("object", MostKeyBytes),
            VersionId = request.Text("version_id", MostIdBytes),
            Priority = request.Choice<HealthPriority>("priority") ?? HealthPriority.Normal,
            Mode = request.Choice<HealMode>("mode") ?? HealMode.OnDemand,
            MaxRetries = (int)(request.Integer("max_retries", 0, MostRetries) ?? 3),
            Reason = $"api: {caller}",
        };
        request.ThrowIfUnknown();
        if (read.VersionId is { } version && version != "null" && !Guid.TryParseExact(version, "D", out _)) throw RequestObject.Wrong("version_id", $"'{version}' is neither a version's id nor \"null\" for the null version");
        return read;
    }
}
