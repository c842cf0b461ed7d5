using Weir.Feed.Log;

namespace Weir.Feed.Tests.Contract;

/// <summary>Consumers of an embedded log on this machine's file system.</summary>
public sealed class ConsumersOnLocalDiskTests : ConsumerContract
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weir-consumers-").FullName;

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
