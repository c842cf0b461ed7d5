using System.Text;
using System.Text.Json;
using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Lustre;

namespace Weir.Hsm.Tests;

/// <summary>Events for tests: as Weir writes them, and as each generation of the Python tools does.</summary>
internal static class EventText
{
    public const string Mdt = "elm-MDT0000";

    public static readonly MdtName MdtName = new(Mdt);

    /// <summary>The data of the one record that <paramref name="write"/> puts into a batch.</summary>
    public static byte[] Written(Action<RecordBatch> write)
    {
        var batch = new RecordBatch();
        write(batch);
        Assert.Equal(1, batch.Count);
        foreach (RecordView record in batch) return record.Data.ToArray();
        throw new InvalidOperationException();
    }

    public static byte[] State(HsmEventType type, string line, long now, long firstSeen = 0, long statusSince = 0, string mdt = Mdt)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(line);
        return Written(batch => HsmEventWriter.WriteState(
            batch, new RecordId(1, 1), type, new MdtName(mdt), ActionText.Parse(utf8), new(now, firstSeen == 0 ? now : firstSeen, statusSince == 0 ? now : statusSince)));
    }

    public static byte[] Purged(string line, long now, bool finalStateSeen = true, string hash = "", string mdt = Mdt)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(line);
        return Written(batch => HsmEventWriter.WritePurged(
            batch, new RecordId(1, 1), new MdtName(mdt), ActionFacts.From(ActionText.Parse(utf8)), now, finalStateSeen, isMoved: false, Convert.FromHexString(hash)));
    }

    public static byte[] Heartbeat(string line, long now, string mdt = Mdt)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(line);
        return Written(batch => HsmEventWriter.WriteHeartbeat(batch, new RecordId(1, 1), new MdtName(mdt), ActionFacts.From(ActionText.Parse(utf8)), now));
    }

    /// <summary>Generation 1 writes what its parser found, then its own members, with spaces as json.dumps puts them.</summary>
    public static byte[] Python1State(string type, string line, long now, string mdt = Mdt)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(line);
        var action = ActionText.Parse(utf8);
        return Utf8($$"""{"cat_idx": {{action.CatalogIndex}}, "rec_idx": {{action.RecordIndex}}, "fid": "{{Text(action.Fid)}}", "action": "{{Text(action.ActionText)}}", "status": "{{Text(action.StatusText)}}", "event_type": "{{type}}", "mdt": "{{mdt}}", "timestamp": {{now}}, "raw": {{JsonSerializer.Serialize(line)}}}""");
    }

    public static byte[] Python1Short(string type, uint catalog, uint record, long now, string mdt = Mdt) =>
        Utf8($$"""{"event_type": "{{type}}", "mdt": "{{mdt}}", "cat_idx": {{catalog}}, "rec_idx": {{record}}, "timestamp": {{now}}}""");

    public static byte[] Python2State(string type, string line, long now, string mdt = Mdt)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(line);
        var action = ActionText.Parse(utf8);
        return Utf8($$"""{"cat_idx": {{action.CatalogIndex}}, "rec_idx": {{action.RecordIndex}}, "fid": "{{Text(action.Fid)}}", "action": "{{Text(action.ActionText)}}", "status": "{{Text(action.StatusText)}}", "event_type": "{{type}}", "mdt": "{{mdt}}", "timestamp": {{now}}, "raw": {{JsonSerializer.Serialize(line)}}, "action_key": "{{Text(action.Fid)}}:{{Text(action.ActionText)}}"}""");
    }

    public static byte[] Python2Purged(string line, long now, string mdt = Mdt)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(line);
        var action = ActionText.Parse(utf8);
        return Utf8($$"""{"event_type": "PURGED", "mdt": "{{mdt}}", "cat_idx": {{action.CatalogIndex}}, "rec_idx": {{action.RecordIndex}}, "timestamp": {{now}}, "status": "PURGED", "action_key": "{{Text(action.Fid)}}:{{Text(action.ActionText)}}", "hash": "0123456789abcdef0123456789abcdef", "action": "{{Text(action.ActionText)}}", "fid": "{{Text(action.Fid)}}"}""");
    }

    /// <summary>The maintenance of generation 2 knows no index.</summary>
    public static byte[] Python2MaintenancePurge(string fid, HsmAction action, long now, string mdt = Mdt) =>
        Utf8($$"""{"event_type": "PURGED", "mdt": "{{mdt}}", "action_key": "{{fid}}:{{HsmNames.Text(action)}}", "status": "PURGED", "timestamp": {{now}}, "source": "maintenance"}""");

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
