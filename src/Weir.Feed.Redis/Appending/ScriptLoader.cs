using Weir.Feed.Redis.Resp;
using Weir.Feed.Redis.Servers;

namespace Weir.Feed.Redis.Appending;

/// <summary>
/// Sees to it that the server of a topic knows <see cref="AppendScript"/>, also after it was restarted or replaced, and whether it lets this user
/// run <see cref="AppendGuard"/>.
/// </summary>
internal sealed class ScriptLoader(RedisClient client)
{
    private bool _isLoaded;
    private bool? _isGuardPermitted;

    public bool IsGuardPermitted => _isGuardPermitted == true;

    /// <summary>
    /// Loads the script before its first use and tries the guard, if that can be done at once; afterwards the server says when it misses the script.
    /// </summary>
    public async ValueTask TryLoadAsync(string topic, CancellationToken cancellationToken)
    {
        if (_isLoaded && _isGuardPermitted is not null) return;
        try
        {
            ServerLink link = await client.Servers.ForTopicAsync(topic, cancellationToken);
            RespConnection connection = await link.ConnectAsync(Lane.Commands, cancellationToken);
            _isGuardPermitted ??= await AppendGuard.IsPermittedAsync(connection, topic, cancellationToken);
            if (!_isLoaded) await RedisClient.CallAsync(connection, cancellationToken, "SCRIPT", "LOAD", AppendScript.Source);
            _isLoaded = true;
        }
        catch (IOException)
        {
            // The append itself meets the same trouble; it is more patient, and tells it.
        }
    }

    /// <param name="onLost">Called when a try ends without an answer although it may have been carried out.</param>
    public async Task<RecordId> SendAsync(
        string topic, AppendRequest append, bool isRepeatable, CancellationToken cancellationToken, Action? onLost = null)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                return await client.SendAsync(topic, Lane.Commands, append, isRepeatable, cancellationToken, onLost);
            }
            catch (RespErrorException missing) when (missing.Code == "NOSCRIPT" && i < 3)
            {
                await LoadAsync(cancellationToken);
            }
        }
    }

    /// <summary>On every master: while a slot moves, the server that answers is not the one that the topic is known to be on.</summary>
    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (ServerLink server in await client.MastersAsync(cancellationToken))
        {
            using RespCall load = RespCall.Create("SCRIPT", "LOAD", AppendScript.Source);
            await client.SendToAsync(server, load, cancellationToken);
        }
    }
}
