using System.Globalization;
using Weir.Copytool.Tests.Coordinators;
using Weir.Copytool.Tests.Mdt;
using Weir.Copytool.Tests.Native;

namespace Weir.Copytool.Tests.Library;

public sealed class ConcurrencyTests : LibraryTest
{
    /// <summary>A thread for each action, a coordinator that breaks the connection again and again, and every action ended once.</summary>
    [Theory]
    [InlineData(Build.Plain, 5000)]
    [InlineData(Build.Address, 3000)]
    [InlineData(Build.Thread, 3000)]
    [InlineData(Build.Thread, 1000, "--poll")]
    [InlineData(Build.Valgrind, 500)]
    public async Task Every_action_is_ended_once_whatever_the_connection_does(Build build, int count, params string[] words)
    {
        int seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        HsmRequest[] requests = [.. Enumerable.Range(1, count).Select(cookie => Mdt.Add(cookie, MdtAction.Remove, (uint)cookie))];
        await using CopytoolProcess copytool = Start(build, ["--noop", .. words]);
        var waiting = new Queue<HsmRequest>(requests);
        var running = new Dictionary<long, HsmRequest>();
        while (waiting.Count > 0 || running.Count > 0)
        {
            ScriptedConnection connection = await Coordinator.GreetAsync();
            Resume(connection, running, waiting);
            await ServeAsync(connection, random.Next(1, 400), running, waiting);
            await connection.DisposeAsync();
        }

        await copytool.StopAsync();
        Assert.All(requests, request => Assert.True(request.EndCount == 1, string.Create(CultureInfo.InvariantCulture, $"seed {seed}: cookie {request.Cookie} was ended {request.EndCount} times")));
    }

    /// <summary>What the agent does not name is not at work there.</summary>
    private static void Resume(ScriptedConnection connection, Dictionary<long, HsmRequest> running, Queue<HsmRequest> waiting)
    {
        HashSet<long> named = [.. connection.Greeting.GetProperty("hai_list").EnumerateArray().Select(item => item.GetProperty("hai_cookie").GetInt64())];
        foreach (HsmRequest request in running.Values.Where(request => !named.Contains(request.Cookie)).ToArray())
        {
            running.Remove(request.Cookie);
            waiting.Enqueue(request);
        }
    }

    private static async Task ServeAsync(ScriptedConnection connection, int messages, Dictionary<long, HsmRequest> running, Queue<HsmRequest> waiting)
    {
        for (; messages > 0 && (waiting.Count > 0 || running.Count > 0); messages--)
        {
            if (waiting.Count > 0 && connection.IsAsked)
            {
                HsmRequest[] list = [.. Enumerable.Range(0, Math.Min(100, waiting.Count)).Select(_ => waiting.Dequeue())];
                foreach (HsmRequest request in list) running.Add(request.Cookie, request);
                await connection.GiveAsync(Replies.List(list.Select(request => Replies.Item(request))));
            }

            if (await connection.ReadAsync() is not { } message) return;
            if (message.GetProperty("command").GetString() != "done") continue;
            running.Remove(message.GetProperty("hai_cookie").GetInt64());
            await connection.SendAsync("""{"command":"done"}""");
        }
    }
}
