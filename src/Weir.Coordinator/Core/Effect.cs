using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Core;

/// <summary>
/// Something to be done in the world, once the turn that it belongs to is durable: in the order of the turn, and the turns in theirs.
/// </summary>
public abstract record Effect;

/// <summary>
/// The answer to an agent's <c>recv</c>: one archive id and one set of flags. Cancels come first. If the connection is no longer the
/// agent's, it is not sent anywhere: what it holds is the agent's until its grace time is over.
/// </summary>
/// <param name="Agent">Whose it is.</param>
/// <param name="Connection">What <see cref="AgentHello.Connection"/> was when the list was made.</param>
/// <param name="ArchiveId">Of all items.</param>
/// <param name="Flags">Of all items.</param>
/// <param name="Items">Copies, with data; one or more. Valid until <see cref="Turn.Clear"/>.</param>
public sealed record HandOut(Agent Agent, object? Connection, uint ArchiveId, ulong Flags, ReadOnlyMemory<HsmRequest> Items) : Effect;

/// <summary>A reply of the server's own (<see cref="CoordinatorCore.AddReply"/>) in its place among the other effects.</summary>
public sealed record Reply(object? Connection, object? Content) : Effect;

/// <summary>
/// The MDT is to be told that a request ended here, without an agent: <c>llapi_hsm_action_begin(is_error)</c> and <c>_end</c> with this error.
/// </summary>
/// <param name="Request">The request.</param>
/// <param name="Errno">Positive: ECANCELED 125, EILSEQ 84.</param>
public sealed record LustreAnswer(HsmRequest Request, int Errno) : Effect;

/// <summary>A line for a reporting file (see <see cref="ReportingOptions"/>).</summary>
/// <param name="FileName">The file's name, below the reporting directory.</param>
/// <param name="Line">Without its newline: <c>new FID</c>, <c>assign FID client</c>, <c>sent FID client</c>, <c>progress FID client|global_queue pos/total</c>, <c>done FID status</c>, <c>cancel FID</c>.</param>
public sealed record ReportLine(string FileName, string Line) : Effect;

/// <summary>After <see cref="LockMode.LockedUntilQuit"/> nothing runs any more: the server ends. Everything before it in the turn is done first.</summary>
public sealed record Quit : Effect;
