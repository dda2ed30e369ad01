; Inno Setup recipe for Windows. NOT TESTED: written on Linux, where it cannot run.
;
; On a Windows machine with Python 3.11 or newer:
;   python packaging\dev.py package --only folder
;   iscc /DVersion=0.1.0 packaging\windows\medapp.iss
; makes build\package\out\medapp-0.1.0-setup.exe. Two programs lie in the folder: medapp.exe (the window, opens no
; console) and medapp-console.exe (the command line). An administrator installs for all users; without one it goes into
; the user's own folder. Removal leaves what the user made (%LOCALAPPDATA%\medapp).

#ifndef Version
  #define Version "0.1.0"
#endif

[Setup]
AppId={{6C1B6D52-50A4-4C59-9B5E-3D2A5A0C9F11}
AppName=medapp
AppVersion={#Version}
AppPublisher=The medapp founders
DefaultDirName={autopf}\medapp
DefaultGroupName=medapp
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
Compression=lzma2/fast
SolidCompression=no
DiskSpanning=yes
OutputDir=..\..\build\package\out
OutputBaseFilename=medapp-{#Version}-setup
LicenseFile=..\..\LICENSE
ChangesAssociations=yes
ChangesEnvironment=yes

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked
Name: "dicom"; Description: "Open DICOM files (.dcm) with medapp"
Name: "path"; Description: "medapp-console on the PATH"; Flags: unchecked

[Files]
Source: "..\..\build\package\dist\medapp\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{group}\medapp"; Filename: "{app}\medapp.exe"
Name: "{autodesktop}\medapp"; Filename: "{app}\medapp.exe"; Tasks: desktopicon

[Registry]
Root: HKA; Subkey: "Software\Classes\.dcm\OpenWithProgids"; ValueType: string; ValueName: "medapp.dicom"; Flags: uninsdeletevalue; Tasks: dicom
Root: HKA; Subkey: "Software\Classes\medapp.dicom"; ValueType: string; ValueData: "DICOM image"; Flags: uninsdeletekey; Tasks: dicom
Root: HKA; Subkey: "Software\Classes\medapp.dicom\shell\open\command"; ValueType: string; ValueData: """{app}\medapp.exe"" ""%1"""; Tasks: dicom
Root: HKCU; Subkey: "Environment"; ValueType: expandsz; ValueName: "Path"; ValueData: "{olddata};{app}"; Check: not IsAdminInstallMode; Tasks: path
