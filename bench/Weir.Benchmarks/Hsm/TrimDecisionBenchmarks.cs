using BenchmarkDotNet.Attributes;
using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Hsm.Live;
using Weir.Hsm.Maintenance;
using Weir.Lustre;
using Weir.Lustre.HsmFiles;

namespace Weir.Benchmarks.Hsm;

/// <summary>The janitor's look at a million live actions: which holds the trim back, and which are stale.</summary>
[MemoryDiagnoser]
public class TrimDecisionBenchmarks
{
    private const int Actions = 1_000_000;

    private MdtActions _actions = null!;

    [GlobalSetup]
    public void Fill()
    {
        var live = new LiveActions();
        var batch = new RecordBatch();
        var mdt = new MdtName("bench-MDT0000");
        Span<byte> text = stackalloc byte[ActionLineWriter.MaxLineBytes];
        for (uint number = 1; number <= Actions; number++)
        {
            var fid = new Fid(0x200000401, number, 0);
            int length = ActionLineWriter.Format(text, new ActionRecord
            {
                CatalogIndex = 1 + number / 60_000,
                RecordIndex = number % 60_000,
                Fid = fid,
                DataFid = fid,
                Cookie = number,
                Action = HsmAction.Archive,
                ArchiveId = 1,
                ExtentLength = ulong.MaxValue,
                Status = HsmStatus.Started,
            });
            if (ActionLine.TryParse(text[..(length - 1)], out ActionLine line) != LineError.None) throw new InvalidOperationException("The line is none.");
            batch.Clear();
            HsmEventWriter.WriteState(batch, new RecordId(number, 0), HsmEventType.New, mdt, line, new(1000, 1000, 1000));
            foreach (RecordView record in batch) live.Apply(record);
        }

        _actions = live.Mdts[0];
    }

    [Benchmark]
    public long Decide() => MdtSurvey.Take(_actions, 500).Live;
}
