using System.Text;
using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Hsm.Top;
using Weir.Lab.Time;
using Weir.Lustre;

namespace Weir.Hsm.Tests.Top;

/// <summary>A model, a clock, and events that reach the model at once.</summary>
internal sealed class TopRig
{
    private readonly Dictionary<string, MdtName> _names = [];
    private ulong _sequence;

    public TopRig() => Model = new(Time);

    public ManualTimeProvider Time { get; } = new();

    public TopModel Model { get; }

    public long Now => Time.GetUtcNow().ToUnixTimeSeconds();

    public void Tell(
        uint record, HsmStatus status, HsmAction action = HsmAction.Archive, string mdt = EventText.Mdt, uint archive = 1, long since = 0, HsmEventType type = HsmEventType.Update) =>
        Tell(ActionText.Line(1, record, record + 1ul, status, action, record, archive), mdt, since, type);

    public void Tell(string line, string mdt = EventText.Mdt, long since = 0, HsmEventType type = HsmEventType.Update)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(line);
        long now = Now;
        long told = since == 0 ? now : since;
        Apply(batch => HsmEventWriter.WriteState(batch, NextId(), type, Name(mdt), ActionText.Parse(utf8), new(now, told, told)));
    }

    public void Purge(uint record, HsmStatus status = HsmStatus.Succeed, HsmAction action = HsmAction.Archive, string mdt = EventText.Mdt)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(ActionText.Line(1, record, record + 1ul, status, action, record));
        Apply(batch => HsmEventWriter.WritePurged(batch, NextId(), Name(mdt), ActionFacts.From(ActionText.Parse(utf8)), Now, status.IsFinal(), isMoved: false, []));
    }

    public void Heartbeat(uint record, string mdt = EventText.Mdt)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(ActionText.Line(1, record, record + 1ul, file: record));
        Apply(batch => HsmEventWriter.WriteHeartbeat(batch, NextId(), Name(mdt), ActionFacts.From(ActionText.Parse(utf8)), Now));
    }

    public void Source(string type, string mdt, string by = "mds1")
    {
        var batch = new RecordBatch();
        batch.Add(NextId(), Encoding.UTF8.GetBytes(type), Encoding.UTF8.GetBytes(by), Encoding.UTF8.GetBytes(mdt), "{}"u8);
        foreach (RecordView record in batch) Model.Lost.Apply(record);
    }

    public TopFrame Frame(TopQuery? query = null)
    {
        Model.TakeFrame();
        return Model.Build(query ?? TopQuery.Default);
    }

    public static string Show(TopFrame frame) => string.Join("; ", frame.Rows.Select(row =>
        string.Join(' ', new[] { row.Mdt, row.ArchiveId?.ToString(), row.Action, row.Status, $"{row.Count}", row.Difference == 0 ? null : $"{row.Difference:+0;-0}" }
            .Where(part => part is not null))));

    private void Apply(Action<RecordBatch> write)
    {
        var batch = new RecordBatch();
        write(batch);
        Model.LookAtClock();
        foreach (RecordView record in batch) Model.Live.Apply(record);
    }

    private RecordId NextId() => new((ulong)Time.GetUtcNow().ToUnixTimeMilliseconds(), ++_sequence);

    private MdtName Name(string mdt)
    {
        if (!_names.TryGetValue(mdt, out MdtName? name)) _names[mdt] = name = new(mdt);
        return name;
    }
}
