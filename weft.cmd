@echo off
rem Weft from a checkout: builds Release on first use and after a change, then runs it with your arguments:  weft train
setlocal
set "root=%~dp0"
set "DOTNET_NOLOGO=1"
set "DOTNET_CLI_TELEMETRY_OPTOUT=1"

where dotnet >nul 2>nul || goto :nosdk

rem Prints the folder of the newest build, building first where the source is newer. A mutex lets one build at a time.
for /f "usebackq delims=" %%d in (`powershell -NoProfile -ExecutionPolicy Bypass -File "%root%eng\build-app.ps1"`) do set "app=%%d"
if not defined app exit /b 1
dotnet "%app%" %*
exit /b %errorlevel%

:nosdk
echo error[2 usage]: the .NET 10 SDK is needed and no dotnet command was found 1>&2
echo   do        install it from https://dotnet.microsoft.com/download/dotnet/10.0 and try again 1>&2
exit /b 2
