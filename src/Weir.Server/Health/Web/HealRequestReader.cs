using System.Text.Json;
using Weir.Health;

namespace Weir.Server.Health.Web;

/// <summary>Reads <c>{"bucket","object","version_id","priority","mode","max_retries"}</c>, or <c>{"drive",…}</c> for a drive that was replaced: a repair that is asked for.</summary>
internal static class HealRequestReader
{
    private const int MostBucketBytes = 255;
    private const int MostKeyBytes = 4096;
    private const int MostIdBytes = 64;
    private const int MostRetries = 100;

    public static HealRequest Read(JsonElement body, string caller)
    {
        var request = new RequestObject(body);
        string? drive = request.Text("drive", MostKeyBytes);
        if (drive is not null && (request.Has("bucket") || request.Has("object") || request.Has("version_id"))) throw request.Wrong("drive");
        var read = new HealRequest
        {
            Bucket = drive is null ? request.RequiredText("bucket", MostBucketBytes) : "",
            Object = drive is null ? request.RequiredText("object", MostKeyBytes) : "",
            Drive = drive,
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
