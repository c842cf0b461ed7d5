using Weir.Feed.Log;

namespace Weir.Feed.Tests.Contract;

/// <summary>The embedded log on this machine's file system, with small segments so that topics have many.</summary>
public sealed class EmbeddedLogOnLocalDiskTests : LocalEngineContract
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weir-contract-").FullName;

    protected override IFeedEngine OpenEngine() => new LogEngine(new LogEngineOptions
    {
        Directory = _directory,
        Time = Clock,
        SegmentBytes = 16 * 1024,
        IndexIntervalBytes = 1024,
        PositionJournalBytes = 2048,
    });

    protected override ValueTask CleanUpAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }
}
