namespace Weir.Coordinator.Scheduling;

/// <summary>Which agents have left work unfinished lately, by id, also when they are no longer known. It forgets the oldest of very many.</summary>
internal sealed class BackOffs
{
    private const int Most = 4096;

    private readonly Dictionary<string, (int InARow, TimeSpan End)> _byAgent = new(StringComparer.Ordinal);

    /// <summary>When the agent may have work again, by the core's own time.</summary>
    public TimeSpan EndOf(string agent) => _byAgent.TryGetValue(agent, out (int InARow, TimeSpan End) known) ? known.End : TimeSpan.Zero;

    /// <summary>It has left work once more; gives when it may have some again.</summary>
    public TimeSpan Add(string agent, BackOffOptions options, TimeSpan now)
    {
        int before = _byAgent.TryGetValue(agent, out (int InARow, TimeSpan End) known) ? known.InARow : 0;
        if (before == 0 && _byAgent.Count >= Most) _byAgent.Remove(_byAgent.MinBy(entry => entry.Value.End).Key);
        double factor = Math.Pow(2, Math.Min(before, 40));
        TimeSpan pause = factor >= options.Most / options.First ? options.Most : options.First * factor;
        _byAgent[agent] = (before + 1, now + pause);
        return now + pause;
    }

    /// <summary>It has finished something.</summary>
    public void End(string agent)
    {
        if (_byAgent.Count > 0) _byAgent.Remove(agent);
    }
}
