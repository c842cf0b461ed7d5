namespace Weir.Coordinator.Scheduling;

/// <summary>Archives whose data has a tag go to certain agents only.</summary>
/// <param name="Tag">A part of the data; for a consistent mapping a hint's name with its <c>=</c>.</param>
/// <param name="Hosts">The agents' ids.</param>
public sealed record HostMapping(string Tag, IReadOnlyList<string> Hosts)
{
    /// <summary>Whether the hint's value decides on the host (<c>archive_on_hosts_ch</c>): djb2 of its bytes, modulo the number of hosts.</summary>
    public bool IsConsistent { get; init; }

    /// <summary>For a consistent mapping: the value is replaced by its hash modulo this number, and that text is what counts; 0 leaves it.</summary>
    public ulong Groups { get; init; }

    internal bool IsValid => Tag.Length > 0 && Hosts.Count > 0 && Hosts.All(host => host.Length > 0) && (!IsConsistent || Tag[^1] == '=');
}
