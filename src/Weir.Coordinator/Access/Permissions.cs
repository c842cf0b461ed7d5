using System.Collections.Frozen;
using Weir.Coordinator.Protocol;

namespace Weir.Coordinator.Access;

/// <summary>What a peer may do, once it is known who it is.</summary>
public sealed record Permissions
{
    private static readonly CommandKind[] Every = [CommandKind.Ehlo, CommandKind.Recv, CommandKind.Done, CommandKind.Queue, CommandKind.Status, CommandKind.Lock, CommandKind.Why];

    /// <summary>Of a peer that nobody asks who it is.</summary>
    public static Permissions All { get; } = new() { Name = "", Commands = Every.ToFrozenSet() };

    /// <summary>What an agent needs, and a look at how things are.</summary>
    public static FrozenSet<CommandKind> AgentCommands { get; } =
        new[] { CommandKind.Ehlo, CommandKind.Recv, CommandKind.Done, CommandKind.Status, CommandKind.Why }.ToFrozenSet();

    /// <summary>Who it is, in the administrator's words; empty when nobody asked.</summary>
    public required string Name { get; init; }

    public required FrozenSet<CommandKind> Commands { get; init; }

    /// <summary>The archives it may have to do with; null: all.</summary>
    public FrozenSet<uint>? ArchiveIds { get; init; }

    /// <summary>The agent ids it may go by; null: any.</summary>
    public FrozenSet<string>? AgentIds { get; init; }

    public bool Allows(CommandKind command) => Commands.Contains(command);

    public bool AllowsArchive(uint archiveId) => ArchiveIds is null || ArchiveIds.Contains(archiveId);

    public bool AllowsAgent(string? id) => AgentIds is null || (id is not null && AgentIds.Contains(id));

    /// <summary>What it serves of the archives it asks for; null when nothing is left.</summary>
    /// <param name="wanted">What it asks for; empty: all.</param>
    public IReadOnlyList<uint>? Restrict(IReadOnlyList<int> wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        uint[] asked = [.. wanted.Select(id => (uint)id)];
        if (ArchiveIds is null) return asked;
        uint[] left = asked.Length == 0 ? [.. ArchiveIds.Order()] : [.. asked.Where(ArchiveIds.Contains)];
        return left.Length == 0 ? null : left;
    }

    internal static bool TryParseCommand(string name, out CommandKind command)
    {
        command = name switch
        {
            "ehlo" => CommandKind.Ehlo,
            "recv" => CommandKind.Recv,
            "done" => CommandKind.Done,
            "queue" => CommandKind.Queue,
            "status" => CommandKind.Status,
            "lock" => CommandKind.Lock,
            "why" => CommandKind.Why,
            _ => CommandKind.Unknown,
        };
        return command != CommandKind.Unknown;
    }
}
