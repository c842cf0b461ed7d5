namespace Weir.Lustre.Llapi;

/// <summary>Where a <see cref="LustreAgent"/> brings what it hears. Its calls come one at a time.</summary>
public interface IActionListSink
{
    /// <summary>The MDTs know this agent from now on.</summary>
    void Registered(CopytoolRegistration copytool);

    /// <summary>A list, whose bytes are good until this returns. The next one waits in the kernel's pipe until the task has ended.</summary>
    Task ReceiveAsync(scoped ActionListReader list);

    /// <summary>The registration is lost, or could not be made; another one is tried after the delay.</summary>
    void Lost(LlapiException error, TimeSpan delay);
}
