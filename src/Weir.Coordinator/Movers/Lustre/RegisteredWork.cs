using Microsoft.Extensions.Logging;
using Weir.Coordinator.Agents;
using Weir.Coordinator.Requests;
using Weir.Lustre;
using Weir.Lustre.Llapi;

namespace Weir.Coordinator.Movers.Lustre;

/// <summary>Has an agent's work from the MDTs themselves, where there is no coordinator: their lists go to whoever carries them out.</summary>
public sealed class RegisteredWork(IAgentWork work, ILogger logger) : IActionListSink
{
    private byte[] _fsName = [];

    /// <summary>Told when the MDTs know of this agent, and when they do not any more.</summary>
    public Action<bool>? StateChanged { get; init; }

    /// <inheritdoc/>
    public void Registered(CopytoolRegistration copytool)
    {
        ArgumentNullException.ThrowIfNull(copytool);
        _fsName = System.Text.Encoding.UTF8.GetBytes(copytool.FsName);
        MoverLog.Registered(logger, copytool.FsName);
        StateChanged?.Invoke(true);
    }

    /// <inheritdoc/>
    public Task ReceiveAsync(scoped ActionListReader list)
    {
        if (list.Error == ActionListError.None && !list.FsName.SequenceEqual(_fsName))
        {
            MoverLog.OtherFileSystem(logger, System.Text.Encoding.UTF8.GetString(list.FsName), list.Count);
            return Task.CompletedTask;
        }

        while (list.TryRead(out HsmActionItem item))
        {
            if (item.Action == HsmAction.Cancel) work.Cancel(new(item.Cookie, item.DataFid));
            else work.Start(RequestOf(list, item));
        }

        if (list.Error != ActionListError.None) MoverLog.BadActionList(logger, list.Error.ToString(), list.Position);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Lost(LlapiException error, TimeSpan delay)
    {
        ArgumentNullException.ThrowIfNull(error);
        MoverLog.RegistrationLost(logger, error.Message, delay);
        StateChanged?.Invoke(false);
    }

    private static HsmRequest RequestOf(scoped in ActionListReader list, scoped in HsmActionItem item) => new()
    {
        Action = item.Action,
        Fid = item.Fid,
        DataFid = item.DataFid,
        Cookie = item.Cookie,
        ExtentOffset = item.ExtentOffset,
        ExtentLength = item.ExtentLength,
        GroupId = item.GroupId,
        ArchiveId = list.ArchiveId,
        Flags = list.Flags,
        Data = item.Data.ToArray(),
    };
}
