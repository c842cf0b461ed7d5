using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Hsm.Live;
using Weir.Lustre;

namespace Weir.Hsm.Tests.Live;

/// <summary>The compact tables against plain dictionaries, over long random histories.</summary>
public class MdtActionsPropertyTests
{
    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 20)];

    [Theory, MemberData(nameof(Seeds))]
    public void The_live_set_is_what_a_dictionary_by_cookie_and_place_says(int seed)
    {
        var random = new Random(seed);
        var live = new LiveActions();
        var reader = new HsmEventReader();
        var model = new Dictionary<(ulong Cookie, bool IsCancel), (string Line, long Since)>();
        int keys = 1 << random.Next(2, 12);
        ulong id = 0;
        for (int step = 0; step < 6_000; step++)
        {
            uint record = (uint)random.Next(keys);
            ulong cookie = (ulong)random.Next(1, keys + 1);
            HsmAction action = random.Next(8) == 0 ? HsmAction.Cancel : HsmAction.Archive;
            HsmStatus status = (HsmStatus)random.Next(1, 6);
            string line = ActionText.Line((uint)(seed * 1000), record, cookie, status, action, (uint)cookie);
            (ulong, bool) key = (cookie, action == HsmAction.Cancel);
            byte[] data;
            if (random.Next(3) == 0)
            {
                data = EventText.Purged(line, step);
                if (model.TryGetValue(key, out var known) && PlaceOf(known.Line) == record) model.Remove(key);
            }
            else
            {
                data = EventText.State(random.Next(2) == 0 ? HsmEventType.New : HsmEventType.Update, line, step + 1);
                foreach ((ulong, bool) displaced in model.Where(m => PlaceOf(m.Value.Line) == record).Select(m => m.Key).ToList()) model.Remove(displaced);
                model[key] = (line, step + 1);
            }

            Assert.True(reader.TryRead(data, out HsmEvent told));
            live.Apply(told, new RecordId(1, ++id));
        }

        var found = new Dictionary<(ulong, bool), (ulong Hash, long Since)>();
        foreach (LiveAction action in live.Mdts[0])
        {
            found.Add((action.Cookie!.Value, action.Action == HsmAction.Cancel), (action.RawHash, action.StatusSince.ToUnixTimeSeconds()));
        }

        Assert.Equal(
            model.OrderBy(m => m.Key).Select(m => (m.Key, (LineHash.Compute(EventText.Utf8(m.Value.Line)), m.Value.Since))),
            found.OrderBy(f => f.Key).Select(f => (f.Key, (f.Value.Hash, f.Value.Since))));
        Assert.Equal(model.Count, live.Count);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Replaying_any_stream_a_second_time_ends_in_the_same_set(int seed)
    {
        var random = new Random(seed);
        var stream = new List<byte[]>();
        for (int step = 0; step < 500; step++)
        {
            string line = ActionText.Line(1, (uint)random.Next(40), (ulong)random.Next(1, 60), (HsmStatus)random.Next(1, 6), file: (uint)random.Next(1, 5));
            stream.Add(random.Next(5) switch
            {
                0 => EventText.Purged(line, step),
                1 => EventText.Heartbeat(line, step),
                2 => EventText.Python2State("UPDATE", line, step + 1),
                3 => EventText.Python1Short("PURGED", 1, (uint)random.Next(40), step),
                _ => EventText.State(HsmEventType.New, line, step + 1),
            });
        }

        Assert.Equal(Replay(stream), Replay([.. stream, .. stream]));
    }

    private static List<string> Replay(List<byte[]> stream)
    {
        var live = new LiveActions();
        var reader = new HsmEventReader();
        ulong id = 0;
        foreach (byte[] data in stream)
        {
            Assert.True(reader.TryRead(data, out HsmEvent told));
            live.Apply(told, new RecordId(1, ++id));
        }

        var all = new List<string>();
        foreach (LiveAction action in live.Mdts[0]) all.Add($"{action.Cookie} {action.Fid} {action.Index} {action.StatusText}");
        all.Sort(StringComparer.Ordinal);
        return all;
    }

    private static uint PlaceOf(string line)
    {
        byte[] utf8 = EventText.Utf8(line);
        return ActionText.Parse(utf8).RecordIndex;
    }
}
