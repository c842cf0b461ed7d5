using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Hsm.RestoringAhead;

/// <summary>A job as it stands in its file, <c>ID.json</c>.</summary>
internal sealed record RestoreJobFile
{
    public const int CurrentVersion = 1;

    public required int Version { get; init; }

    public required string Directory { get; init; }

    public required string Trigger { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required string[] Files { get; init; }

    public required int Next { get; init; }

    public required string[] InFlight { get; init; }

    public long Restored { get; init; }

    public long Failed { get; init; }

    public long Skipped { get; init; }

    public static byte[] Write(RestoreJob job) => JsonSerializer.SerializeToUtf8Bytes(
        new RestoreJobFile
        {
            Version = CurrentVersion,
            Directory = job.Directory,
            Trigger = job.Trigger,
            Created = job.Created,
            Files = [.. job.Files],
            Next = job.Next,
            InFlight = [.. job.InFlight],
            Restored = job.Restored,
            Failed = job.Failed,
            Skipped = job.Skipped,
        },
        RestoreJobJson.Default.RestoreJobFile);

    /// <exception cref="JsonException">It is no job.</exception>
    public static RestoreJob Read(ReadOnlySpan<byte> utf8)
    {
        RestoreJobFile file = JsonSerializer.Deserialize(utf8, RestoreJobJson.Default.RestoreJobFile) ?? throw new JsonException("it is empty");
        if (file.Version != CurrentVersion) throw new JsonException($"it has version {file.Version}, and this program knows {CurrentVersion}");
        if (file.Files is null || file.InFlight is null || file.Trigger is null || file.Directory is null || !Path.IsPathRooted(file.Directory)
            || file.Next < 0 || file.Next > file.Files.Length || !file.Files.All(SiblingScan.IsUsable) || !file.InFlight.All(SiblingScan.IsUsable))
        {
            throw new JsonException("what it says is no job");
        }

        var job = new RestoreJob(file.Directory, file.Trigger, file.Created, file.Files)
        {
            Next = file.Next,
            Restored = file.Restored,
            Failed = file.Failed,
            Skipped = file.Skipped,
        };
        foreach (string name in file.InFlight) job.Begin(name);
        return job;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RestoreJobFile))]
internal sealed partial class RestoreJobJson : JsonSerializerContext;
