using System.Text;
using Weir.Coordinator.Core;
using Weir.Coordinator.Requests;
using Weir.Lab.Time;
using Weir.Lustre;

namespace Weir.Coordinator.Tests.Core;

/// <summary>A core on a clock that stands still, and what it has given so far.</summary>
internal sealed class Bench
{
    private readonly List<Effect> _effects = [];
    private ulong _cookie = 0x6600_0000;

    public Bench(CoordinatorOptions? options = null)
    {
        Core = new((options ?? CoordinatorOptions.Default) with { Seed = 1 }, Time);
    }

    public ManualTimeProvider Time { get; } = new();

    public CoordinatorCore Core { get; }

    /// <summary>Texts of the events since the last look.</summary>
    public List<string> Events { get; } = [];

    public HsmRequest Make(HsmAction action, string? data = null, uint archive = 1, ulong flags = 0, uint uid = uint.MaxValue)
    {
        ulong cookie = _cookie++;
        var fid = new Fid(0x2_0000_0401, (uint)cookie, 0);
        return new()
        {
            Action = action,
            Fid = fid,
            DataFid = fid,
            Cookie = cookie,
            ExtentLength = ulong.MaxValue,
            ArchiveId = archive,
            Flags = flags,
            Data = data is null ? default : Encoding.UTF8.GetBytes(data),
            Owner = new(uid, uid, uid),
        };
    }

    public HsmRequest Queue(HsmAction action, string? data = null, uint archive = 1, ulong flags = 0, uint uid = uint.MaxValue)
    {
        HsmRequest request = Make(action, data, archive, flags, uid);
        Assert.Equal(QueueOutcome.Added, Core.Queue(request, RequestOrigin.Queue));
        return request;
    }

    public HsmRequest[] Archives(int count, string? data = null, uint archive = 1, uint uid = uint.MaxValue) =>
        [.. Enumerable.Range(0, count).Select(_ => Queue(HsmAction.Archive, data, archive, 0, uid))];

    public Agent Attach(string id, params uint[] archives) => Attach(new AgentHello { Id = id, ArchiveIds = archives, Connection = id });

    public Agent Attach(AgentHello hello, params HsmRequest[] running)
    {
        Assert.Equal(AttachOutcome.Attached, Core.Attach(hello, out Agent? agent));
        foreach (HsmRequest request in running) Core.Reclaim(agent!, request);
        Core.EndReclaim(agent!);
        return agent!;
    }

    /// <summary>Lets the agent ask, and gives the cookies of what it is handed now, or nothing.</summary>
    public HsmRequest[] Receive(Agent agent, long max = -1, long bytes = ReceiveLimits.DefaultBytes)
    {
        Assert.Equal(ReceiveOutcome.Waiting, Core.Receive(agent, new(max, max, max, bytes)));
        return Handed(agent);
    }

    /// <summary>What the agent has been handed since it was last looked at.</summary>
    public HsmRequest[] Handed(Agent agent) => [.. Effects<HandOut>().Where(list => list.Agent == agent).SelectMany(list => list.Items.ToArray())];

    /// <summary>Takes the turn and gives the effects of that kind since the last look at them.</summary>
    public T[] Effects<T>()
        where T : Effect
    {
        Turn turn = Core.TakeTurn();
        foreach (Feed.RecordView record in turn.Events) Events.Add($"{Encoding.UTF8.GetString(record.Type)} {Encoding.UTF8.GetString(record.Subject)} {Encoding.UTF8.GetString(record.Data)}");
        _effects.AddRange(turn.Effects);
        T[] found = [.. _effects.OfType<T>()];
        _effects.RemoveAll(effect => effect is T);
        return found;
    }

    public void Done(Agent? agent, HsmRequest request, int status = 0) => Assert.Equal(DoneOutcome.Ended, Core.End(agent, request.Key, status));

    public void Advance(double seconds)
    {
        Time.Advance(TimeSpan.FromSeconds(seconds));
        Core.Tick();
    }

    public static ulong[] Cookies(IEnumerable<HsmRequest> requests) => [.. requests.Select(request => request.Cookie)];
}
