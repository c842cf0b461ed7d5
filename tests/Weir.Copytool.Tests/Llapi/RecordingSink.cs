using System.Threading.Channels;
using Weir.Copytool.Tests.Native;
using Weir.Lustre.Llapi;

namespace Weir.Copytool.Tests.Llapi;

/// <summary>Remembers what an agent heard, as text.</summary>
internal sealed class RecordingSink : IActionListSink
{
    private readonly Channel<string> _heard = Channel.CreateUnbounded<string>();

    /// <summary>Called for each good item, where the agent is.</summary>
    public delegate void ItemHandler(scoped in HsmActionItem item);

    public ItemHandler? OnItem { get; set; }

    public CopytoolRegistration? Registration { get; private set; }

    public void Registered(CopytoolRegistration copytool)
    {
        Registration = copytool;
        _heard.Writer.TryWrite($"registered {copytool.FsName}");
    }

    public Task ReceiveAsync(scoped ActionListReader list)
    {
        while (list.TryRead(out HsmActionItem item))
        {
            _heard.Writer.TryWrite($"{item.Action} {item.Cookie} {item.DataFid} {list.ArchiveId} {list.Flags} {Convert.ToHexString(item.Data)}");
            OnItem?.Invoke(item);
        }

        if (list.Error != ActionListError.None) _heard.Writer.TryWrite($"damaged {list.Error}");
        return Task.CompletedTask;
    }

    public void Lost(LlapiException error, TimeSpan delay) => _heard.Writer.TryWrite($"lost {error.Errno}");

    public Task<string> NextAsync() => Within.TimeAsync(_heard.Reader.ReadAsync(Within.Test).AsTask(), "word from Lustre");
}
